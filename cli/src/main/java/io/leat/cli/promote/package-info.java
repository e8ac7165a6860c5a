/**
 * {@code leat promote-view}: makes a version of a view what its name alone means, once it is ready.
 */
@NullMarked
package io.leat.cli.promote;

import org.jspecify.annotations.NullMarked;
