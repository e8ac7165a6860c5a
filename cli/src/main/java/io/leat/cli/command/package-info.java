/**
 * What the commands of all packages share: the options that name a pipeline and a platform, and the
 * error that a user reads. Imports no other package of the command line.
 */
@NullMarked
package io.leat.cli.command;

import org.jspecify.annotations.NullMarked;
