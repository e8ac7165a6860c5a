/**
 * {@code leat backfill}: the states of a view's keys over all events that an event table holds,
 * computed by the stream's engine in Flink's batch mode and written to the view's backfill topic.
 *
 * <p>Data enters from the table {@code events_<event>} and leaves to that topic; the online store's
 * consumer group and its notices say from where on it sees events itself. Imports {@code
 * features.offline}, its {@code replay}, the engine, {@code runtime.flink} and {@code schemas}.
 */
@NullMarked
package io.leat.features.offline.backfill;

import org.jspecify.annotations.NullMarked;
