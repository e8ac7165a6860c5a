/** {@code leat replay}: a file's rows, published as events at a chosen pace. */
@NullMarked
package io.leat.cli.replay;

import org.jspecify.annotations.NullMarked;
