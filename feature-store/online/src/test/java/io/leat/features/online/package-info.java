/** Tests of {@code io.leat.features.online}. */
@NullMarked
package io.leat.features.online;

import org.jspecify.annotations.NullMarked;
