/**
 * The feature engine: aggregate functions ({@code io.leat.features.aggregation}) over windows, the
 * state of one key of one view as one byte array, and the assembling of a service's vectors. The
 * same code runs in the stream, in backfills and in training sets, and gives the same bits in each.
 *
 * <p>Imports {@code pipeline} (and through it {@code schemas} and {@code aggregations}) alone;
 * knows neither Kafka nor Flink. Events enter as Avro records of their contract's current schema,
 * through {@link io.leat.features.engine.ViewEngine} or {@link
 * io.leat.features.engine.ServiceReplay}; states leave as byte arrays that the caller stores,
 * values as {@code Long}, {@code Double}, {@code Boolean}, {@code String}, or the {@link
 * io.leat.schemas.NullReason} for which there is none.
 */
@NullMarked
package io.leat.features.engine;

import org.jspecify.annotations.NullMarked;
