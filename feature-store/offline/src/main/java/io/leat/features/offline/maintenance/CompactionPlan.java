package io.leat.features.offline.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.PropertyUtil;

/** Which files of a table become fewer. */
final class CompactionPlan {
  /** Of which each takes a file handle and a row group's memory while they are merged. */
  static final int MOST_FILES = 100;

  /** A file of less than this part of the size wanted is merged always: it costs little. */
  private static final long CHEAP_PART = 8;

  /**
   * A larger one is merged once the smaller ones have together a quarter of its size, so that a row
   * is written again a few times in its life, not at every run.
   */
  private static final long SIZE_RATIO = 4;

  private CompactionPlan() {}

  /**
   * Files of one partition that are rewritten together.
   *
   * @param sorted each is sorted as the table is: they are merged. Else they are sorted first, in
   *     parts, which the next plan merges
   */
  record Group(boolean sorted, List<FileScanTask> files) {
    Group {
      files = List.copyOf(files);
    }

    long bytes() {
      return files.stream().mapToLong(FileScanTask::length).sum();
    }
  }

  /** The groups of a table's current snapshot; none where there is nothing to gain. */
  static List<Group> of(Table table) {
    Map<String, List<FileScanTask>> partitions = new LinkedHashMap<>();
    try (CloseableIterable<FileScanTask> files = table.newScan().planFiles()) {
      for (FileScanTask file : files) {
        partitions.computeIfAbsent(partition(file), key -> new ArrayList<>()).add(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Group> groups = new ArrayList<>();
    for (List<FileScanTask> files : partitions.values()) {
      addUnsorted(groups, files.stream().filter(file -> !isSorted(table, file)).toList());
      addSmall(
          groups, files.stream().filter(file -> isSorted(table, file)).toList(), targetSize(table));
    }
    return groups;
  }

  private static String partition(FileScanTask file) {
    PartitionSpec spec = file.spec();
    return spec.specId() + "/" + spec.partitionToPath(file.file().partition());
  }

  private static boolean isSorted(Table table, FileScanTask file) {
    return Objects.equals(file.file().sortOrderId(), table.sortOrder().orderId())
        && file.spec().specId() == table.spec().specId()
        && file.deletes().isEmpty();
  }

  private static void addUnsorted(List<Group> groups, List<FileScanTask> files) {
    for (int i = 0; i < files.size(); i += MOST_FILES) {
      groups.add(new Group(false, files.subList(i, Math.min(i + MOST_FILES, files.size()))));
    }
  }

  private static void addSmall(List<Group> groups, List<FileScanTask> files, long targetSize) {
    List<FileScanTask> ascending =
        files.stream()
            .filter(file -> file.length() < targetSize / 4 * 3)
            .sorted(Comparator.comparingLong(FileScanTask::length))
            .toList();
    List<FileScanTask> together = new ArrayList<>();
    long bytes = 0;
    long smaller = 0;
    for (FileScanTask file : ascending) {
      if (smaller > 0
          && file.length() > targetSize / CHEAP_PART
          && file.length() > SIZE_RATIO * smaller) {
        break;
      }
      if (together.size() == MOST_FILES || bytes + file.length() > targetSize) {
        addIfSeveral(groups, together);
        together.clear();
        bytes = 0;
      }
      together.add(file);
      bytes += file.length();
      smaller += file.length();
    }
    addIfSeveral(groups, together);
  }

  private static void addIfSeveral(List<Group> groups, List<FileScanTask> files) {
    if (files.size() > 1) {
      groups.add(new Group(true, files));
    }
  }

  private static long targetSize(Table table) {
    return PropertyUtil.propertyAsLong(
        table.properties(),
        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT);
  }
}
