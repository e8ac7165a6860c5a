/**
 * Work over the offline tables, done by a process of its own: Flink and Kafka Streams never share a
 * class path. Whoever wants it names the process's main class and its arguments, and hears its
 * lines.
 */
@NullMarked
package io.leat.runtime.batch;

import org.jspecify.annotations.NullMarked;
