package io.leat.features.offline.maintenance;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.files.SortedFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/**
 * Makes few sorted files out of many, partition by partition, with the same rows. Readers keep the
 * snapshot that they read; a writer that commits meanwhile is not disturbed.
 */
final class Compaction {
  /** What is lost at most when the process is killed. */
  private static final int GROUPS_A_COMMIT = 50;

  /** Each makes one file of a hundred, so few are needed, also while files come in. */
  private static final int MOST_ROUNDS = 6;

  private static final long SORT_BYTES = 64L << 20;

  /** Left free on a local disk for the job that writes the tables. */
  private static final long SPARED_BYTES = 256L << 20;

  private Compaction() {}

  /**
   * Compacts a table as far as it goes.
   *
   * @throws org.apache.iceberg.exceptions.ValidationException if another maintenance has replaced a
   *     file first; what was committed before that stays
   * @throws LeatException with one sentence if the disk has no room for the new files
   */
  static void run(Table table) throws IOException {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      table.refresh();
      Snapshot planned = table.currentSnapshot();
      List<CompactionPlan.Group> groups = CompactionPlan.of(table);
      if (groups.isEmpty()) {
        return;
      }
      for (int i = 0; i < groups.size(); i += GROUPS_A_COMMIT) {
        rewrite(table, planned, groups.subList(i, Math.min(i + GROUPS_A_COMMIT, groups.size())));
      }
    }
  }

  private static void rewrite(Table table, Snapshot planned, List<CompactionPlan.Group> groups)
      throws IOException {
    List<DataFile> written = new ArrayList<>();
    boolean needed = false;
    try {
      for (CompactionPlan.Group group : groups) {
        requireRoom(table, group);
        written.addAll(rewrite(table, group));
      }
      commit(table, planned, groups, written);
      needed = true;
    } catch (CommitStateUnknownException e) {
      needed = true; // the table may have them by now; if not, they are orphans
      throw e;
    } finally {
      if (!needed) {
        CatalogUtil.deleteFiles(
            table.io(), written.stream().map(DataFile::location).toList(), "data", false);
      }
    }
  }

  private static List<DataFile> rewrite(Table table, CompactionPlan.Group group)
      throws IOException {
    List<DataFile> written =
        group.sorted()
            ? SortedFiles.merge(table, group.files())
            : SortedFiles.sort(table, group.files(), SORT_BYTES);
    long before = group.files().stream().mapToLong(file -> file.file().recordCount()).sum();
    long after = written.stream().mapToLong(DataFile::recordCount).sum();
    boolean whole = group.files().stream().allMatch(file -> file.deletes().isEmpty());
    if (whole ? after != before : after > before) {
      throw new IllegalStateException(
          "A defect of the compaction of %s: files of %d rows became files of %d; nothing was committed"
              .formatted(table.name(), before, after));
    }
    return written;
  }

  private static void commit(
      Table table, Snapshot planned, List<CompactionPlan.Group> groups, List<DataFile> written) {
    RewriteFiles rewrite =
        table
            .newRewrite()
            .validateFromSnapshot(planned.snapshotId())
            // Deletes that were committed since apply to the new files as they did to the old.
            .dataSequenceNumber(planned.sequenceNumber());
    for (CompactionPlan.Group group : groups) {
      for (FileScanTask file : group.files()) {
        rewrite.deleteFile(file.file());
      }
    }
    written.forEach(rewrite::addFile);
    rewrite.commit();
  }

  private static void requireRoom(Table table, CompactionPlan.Group group) throws IOException {
    URI location = URI.create(table.location());
    if (!"file".equals(location.getScheme())) {
      return;
    }
    long free = Files.getFileStore(Path.of(location.getPath())).getUsableSpace();
    if (free < group.bytes() + SPARED_BYTES) {
      throw new LeatException(
          ErrorCode.DISK_FULL,
          "The disk that holds %s has %d MB left; compacting the next files wants %d MB beside %d MB that stay free for the job. Make room; the tables are whole meanwhile."
              .formatted(location.getPath(), free >> 20, group.bytes() >> 20, SPARED_BYTES >> 20));
    }
  }
}
