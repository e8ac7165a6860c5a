/**
 * {@code leat verify-consistency}: the vectors that the stream made, against the same vectors
 * recomputed from the offline events in the order of arrival.
 *
 * <p>{@link io.leat.features.offline.consistency.ConsistencyCommand} reads the settings and prints
 * the report; {@link io.leat.features.offline.consistency.ConsistencyGraph} wires the replay, the
 * logged vectors and the comparison. Data enters from the tables of events and vectors; what leaves
 * is a report.
 */
@NullMarked
package io.leat.features.offline.consistency;

import org.jspecify.annotations.NullMarked;
