package io.leat.features.offline.maintenance;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files in a table's folder that no snapshot of it names: what a killed job had written and not
 * committed.
 */
final class OrphanFiles {
  private static final Logger log = LoggerFactory.getLogger(OrphanFiles.class);

  private OrphanFiles() {}

  /**
   * What was deleted.
   *
   * @param bytes their size together
   */
  record Deleted(int files, long bytes) {
    static final Deleted NONE = new Deleted(0, 0);
  }

  /**
   * Deletes orphans that were written longer than an age before the streaming job's newest commit,
   * which no checkpoint can hold any more; none where no job has ever committed.
   *
   * @param age longer than any writer takes from a file to its commit
   * @throws LeatException if the folder does not list the table's own metadata, so that nothing can
   *     be told of its files
   */
  static Deleted delete(Table table, Duration age) {
    Optional<Instant> newest = StreamCommits.newest(table);
    if (newest.isEmpty()) {
      return Deleted.NONE;
    }
    if (!(table.io() instanceof SupportsPrefixOperations files)) {
      log.info("{} lies where files cannot be listed; its orphans stay", table.name());
      return Deleted.NONE;
    }
    long before = newest.get().minus(age).toEpochMilli();
    String metadata =
        path(((HasTableOperations) table).operations().current().metadataFileLocation());
    boolean complete = false;
    List<FileInfo> old = new ArrayList<>();
    for (FileInfo file : files.listPrefix(table.location())) {
      complete |= path(file.location()).equals(metadata);
      if (file.createdAtMillis() < before) {
        old.add(file);
      }
    }
    if (!complete) {
      throw new LeatException(
          ErrorCode.TABLE,
          "The folder %s of table %s does not list %s, which the catalog says is in it; no orphan was looked for."
              .formatted(table.location(), table.name(), metadata));
    }
    if (old.isEmpty()) {
      return Deleted.NONE;
    }
    table.refresh(); // what was committed while the folder was listed
    Set<String> known = known(table);
    List<FileInfo> orphans =
        old.stream().filter(file -> !known.contains(path(file.location()))).toList();
    orphans.forEach(file -> log.info("{} is of no snapshot and is deleted", file.location()));
    CatalogUtil.deleteFiles(
        table.io(), orphans.stream().map(FileInfo::location).toList(), "orphan", true);
    return new Deleted(orphans.size(), orphans.stream().mapToLong(FileInfo::size).sum());
  }

  /** Every file that the table has any use for, by path. */
  private static Set<String> known(Table table) {
    Set<String> known = new HashSet<>();
    ReachableFileUtil.metadataFileLocations(table, false).forEach(file -> known.add(path(file)));
    ReachableFileUtil.statisticsFilesLocations(table).forEach(file -> known.add(path(file)));
    known.add(path(ReachableFileUtil.versionHintLocation(table)));
    for (Snapshot snapshot : table.snapshots()) {
      if (snapshot.manifestListLocation() != null) {
        known.add(path(snapshot.manifestListLocation()));
      }
      for (ManifestFile manifest : snapshot.allManifests(table.io())) {
        if (known.add(path(manifest.path()))) {
          addContent(table, manifest, known);
        }
      }
    }
    return known;
  }

  private static void addContent(Table table, ManifestFile manifest, Set<String> known) {
    try (ManifestReader<? extends ContentFile<?>> content =
        manifest.content() == ManifestContent.DATA
            ? ManifestFiles.read(manifest, table.io(), table.specs())
            : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
      content.forEach(file -> known.add(path(file.location())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A location without what file systems write differently before the path. */
  private static String path(String location) {
    return new Path(location).toUri().getPath();
  }
}
