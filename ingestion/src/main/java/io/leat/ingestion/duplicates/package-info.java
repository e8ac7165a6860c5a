/**
 * Which events were seen before. An event's id and time enter, a yes or no leaves; what is known
 * lies in a windowed store of Kafka Streams and expires with event time.
 */
@NullMarked
package io.leat.ingestion.duplicates;

import org.jspecify.annotations.NullMarked;
