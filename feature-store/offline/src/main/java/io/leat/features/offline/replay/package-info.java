/**
 * A feature service over its offline tables: every row of a spine gets the values that the service
 * has at the row's time, by the same engine that runs in the stream.
 *
 * <pre>
 * events_&lt;event&gt; of each view's source ─┐
 * rows of the spine ─────────────────────┴─▶ sorted by entity and order ─▶ {@link io.leat.features.offline.replay.EntityReplay} ─▶ the next entity ... ─▶ rows with all values
 * </pre>
 *
 * <p>{@link io.leat.features.offline.replay.ServiceReplayGraph} wires it. What passes between the
 * operators is an {@link io.leat.features.offline.replay.Item}: an event or a row, with a text that
 * says where it belongs in the order. {@link io.leat.features.offline.replay.ReplayOrder} says what
 * that order is. An operator holds the states of one bucket of keys, whatever the history's length.
 *
 * <p>Data enters from Iceberg tables, at snapshots that {@link
 * io.leat.features.offline.replay.Snapshots} picks, and leaves as {@link
 * io.leat.features.offline.replay.SpineRow}s. Imports {@code features.engine} and the tables'
 * definitions.
 */
@NullMarked
package io.leat.features.offline.replay;

import org.jspecify.annotations.NullMarked;
