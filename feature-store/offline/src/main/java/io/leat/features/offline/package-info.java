/**
 * The offline store: valid events, feature vectors and scores in Iceberg tables, each exactly once.
 *
 * <p>{@link io.leat.features.offline.OfflineJob} wires topics to tables; {@link
 * io.leat.features.offline.EventTable}, {@link io.leat.features.offline.VectorTable} and {@link
 * io.leat.features.offline.ScoreTable} say what a table looks like and make its rows; {@link
 * io.leat.features.offline.OfflineCatalog} creates the tables and lets them grow. Data enters from
 * {@code <event>.valid}, {@code features.<service>} and {@code scores.<model>} and leaves into
 * tables. Imports {@code runtime/flink}; no other job.
 */
@NullMarked
package io.leat.features.offline;

import org.jspecify.annotations.NullMarked;
