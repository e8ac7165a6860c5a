/**
 * The offline store: valid events and feature vectors in Iceberg tables, each exactly once.
 *
 * <p>{@link io.leat.features.offline.OfflineJob} wires topics to tables; {@link
 * io.leat.features.offline.EventTable} and {@link io.leat.features.offline.VectorTable} say what a
 * table looks like and make its rows; {@link io.leat.features.offline.OfflineCatalog} creates the
 * tables and lets them grow. Data enters from {@code <event>.valid} and {@code features.<service>}
 * and leaves into tables. Imports {@code runtime/flink}; no other job.
 */
@NullMarked
package io.leat.features.offline;

import org.jspecify.annotations.NullMarked;
