/**
 * The care of the offline tables, beside the job that writes them: many small files into few sorted
 * ones, old snapshots gone, files that belong to no table deleted.
 *
 * <p>{@link io.leat.features.offline.maintenance.MaintenanceMain} is the process; {@link
 * io.leat.features.offline.maintenance.TableMaintenance} does one table: {@link
 * io.leat.features.offline.maintenance.Compaction}, {@link
 * io.leat.features.offline.maintenance.SnapshotExpiry}, {@link
 * io.leat.features.offline.maintenance.OrphanFiles}. It meets the job in the catalog alone: each
 * commits against what the other has committed, and whoever comes second tries again.
 */
@NullMarked
package io.leat.features.offline.maintenance;

import org.jspecify.annotations.NullMarked;
