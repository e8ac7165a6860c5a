/**
 * The peers of a feature view that are written for Flink: in SQL, and by hand. They run in a JVM of
 * their own, which {@code benchmarks/run peers} starts: Flink and Kafka Streams never share a class
 * path. Imports Flink, what an expert would write, and the codec; nothing imports it.
 */
@NullMarked
package io.leat.benchmarks.flink;

import org.jspecify.annotations.NullMarked;
