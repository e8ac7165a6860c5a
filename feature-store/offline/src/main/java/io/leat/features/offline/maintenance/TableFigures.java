package io.leat.features.offline.maintenance;

import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;

/**
 * A table in figures.
 *
 * @param files data files of the current snapshot
 * @param bytes their size together
 * @param snapshots snapshots that the table has, the current one included
 */
record TableFigures(long rows, long files, long bytes, long snapshots) {
  /** As the table's own metadata says; reads no file of rows. */
  static TableFigures of(Table table) {
    Snapshot current = table.currentSnapshot();
    Map<String, String> summary = current == null ? Map.of() : current.summary();
    return new TableFigures(
        figure(summary, SnapshotSummary.TOTAL_RECORDS_PROP),
        figure(summary, SnapshotSummary.TOTAL_DATA_FILES_PROP),
        figure(summary, SnapshotSummary.TOTAL_FILE_SIZE_PROP),
        StreamSupport.stream(table.snapshots().spliterator(), false).count());
  }

  private static long figure(Map<String, String> summary, String name) {
    return Long.parseLong(summary.getOrDefault(name, "0"));
  }
}
