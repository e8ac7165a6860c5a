/**
 * What a team that knows its trade writes by hand for one feature view: the state of a key, as one
 * value. Used by the Flink job beside it and by the Kafka Streams one of {@code benchmarks}, so it
 * imports neither.
 */
@NullMarked
package io.leat.benchmarks.expert;

import org.jspecify.annotations.NullMarked;
