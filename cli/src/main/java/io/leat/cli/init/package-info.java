/** {@code leat init}: writes the folder of a new pipeline, after the columns of a file. */
@NullMarked
package io.leat.cli.init;

import org.jspecify.annotations.NullMarked;
