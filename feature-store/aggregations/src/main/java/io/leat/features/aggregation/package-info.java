/**
 * The aggregate functions: {@code sum}, {@code quantile}, {@code top_k} and the others, one file
 * each, and {@link io.leat.features.aggregation.AggregateFunctions}, their catalogue. A function
 * says its name, what it takes and gives, which accumulators it needs, and what it makes of them.
 * The definition language, the engine and the reference pages know functions by the catalogue
 * alone, so that a further one is a file and a line.
 *
 * <p>Imports {@code schemas} alone; knows no feature view, no window and no key. Values enter as
 * {@link io.leat.features.aggregation.InputValue}s, accumulators leave as bytes ({@link
 * io.leat.features.aggregation.StateWriter}), results as {@code Long}, {@code Double}, {@code
 * Boolean}, {@code String}, or the {@link io.leat.schemas.NullReason} for which there is none.
 */
@NullMarked
package io.leat.features.aggregation;

import org.jspecify.annotations.NullMarked;
