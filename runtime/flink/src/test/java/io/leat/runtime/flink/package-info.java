/** Tests of what every Flink job shares. */
@NullMarked
package io.leat.runtime.flink;

import org.jspecify.annotations.NullMarked;
