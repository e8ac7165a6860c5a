/** Tests of {@code io.leat.features.server}. */
@NullMarked
package io.leat.features.server;

import org.jspecify.annotations.NullMarked;
