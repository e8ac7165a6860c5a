package io.leat.features.offline.maintenance;

import java.time.Instant;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * What the streaming job has committed to a table.
 *
 * <p>A job that was killed between a checkpoint and its commit holds files in the checkpoint that
 * no snapshot names, and finds out by the newest of its snapshots whether it has yet to commit
 * them. However long it is down, both must be there when it comes back; so no maintenance touches a
 * snapshot from the newest of these on, nor a file that was written after it.
 */
final class StreamCommits {
  /** By which Iceberg's sink knows its snapshots; its own constant is not public. */
  private static final String CHECKPOINT = "flink.max-committed-checkpoint-id";

  private StreamCommits() {}

  /** When the newest snapshot of a job was committed; empty where a job has committed none. */
  static Optional<Instant> newest(Table table) {
    if (table.currentSnapshot() == null) {
      return Optional.empty();
    }
    for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
      if (snapshot.summary().containsKey(CHECKPOINT)) {
        return Optional.of(Instant.ofEpochMilli(snapshot.timestampMillis()));
      }
    }
    return Optional.empty();
  }
}
