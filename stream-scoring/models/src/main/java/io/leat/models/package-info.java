/**
 * Models as data, for whoever publishes, scores, explains or trains: a plain library, which knows
 * neither Kafka Streams nor Flink.
 */
@NullMarked
package io.leat.models;

import org.jspecify.annotations.NullMarked;
