/**
 * What every Kafka Streams service shares: a job says which topology it is ({@link
 * io.leat.runtime.streams.StreamsJob}); {@link io.leat.runtime.streams.StreamsService} runs it with
 * the platform's guarantee, health and metrics.
 *
 * <p>Imports {@code io.leat.runtime}. Never on one class path with Flink.
 */
@NullMarked
package io.leat.runtime.streams;

import org.jspecify.annotations.NullMarked;
