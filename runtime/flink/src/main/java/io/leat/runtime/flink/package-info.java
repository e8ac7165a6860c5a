/**
 * What every Flink job shares: settings, the graph's ends (Kafka sources that hand on raw bytes,
 * decoding that never stops at a bad value, Kafka sinks), checkpoints, and the local cluster that
 * runs several jobs in one JVM.
 *
 * <p>Data enters in {@link io.leat.runtime.flink.KafkaRecords} and leaves there and in {@link
 * io.leat.runtime.flink.DeadLetters}. Imports {@code schemas} and {@code pipeline}; never on one
 * class path with Kafka Streams.
 */
@NullMarked
package io.leat.runtime.flink;

import org.jspecify.annotations.NullMarked;
