/**
 * The peer of a feature view that is written in Flink SQL. It runs in a JVM of its own, which
 * {@code benchmarks/run peers} starts: Flink and Kafka Streams never share a class path. Imports
 * Flink alone; nothing imports it.
 */
@NullMarked
package io.leat.benchmarks.flink;

import org.jspecify.annotations.NullMarked;
