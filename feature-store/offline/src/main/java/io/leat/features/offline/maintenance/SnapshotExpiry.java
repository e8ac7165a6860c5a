package io.leat.features.offline.maintenance;

import java.time.Instant;
import org.apache.iceberg.Table;

/** Lets go of a table's old snapshots, and deletes the files that only they held. */
final class SnapshotExpiry {
  private SnapshotExpiry() {}

  /**
   * Expires snapshots. The current one stays, and those that a tag or branch names; and all from
   * the streaming job's newest on.
   *
   * @param before expires older ones
   */
  static void run(Table table, Instant before) {
    if (table.currentSnapshot() == null) {
      return;
    }
    Instant bound = StreamCommits.newest(table).filter(before::isAfter).orElse(before);
    table.expireSnapshots().expireOlderThan(bound.toEpochMilli()).retainLast(1).commit();
  }
}
