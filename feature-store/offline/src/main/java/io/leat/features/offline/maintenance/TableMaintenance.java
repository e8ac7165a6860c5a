package io.leat.features.offline.maintenance;

import io.leat.common.LeatException;
import io.leat.features.offline.StorageFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The care of one table: compacted, old snapshots expired, orphans deleted. One step's failure does
 * not keep the next from being done: on a full disk the later ones make room.
 */
final class TableMaintenance {
  private static final Logger log = LoggerFactory.getLogger(TableMaintenance.class);

  private static final double BYTES_A_MEGABYTE = 1e6;
  private static final double MILLIS_A_SECOND = 1e3;

  private final Table table;
  private final List<String> problems = new ArrayList<>();

  private TableMaintenance(Table table) {
    this.table = table;
  }

  /**
   * How long what is no longer needed is kept.
   *
   * @param snapshots age at which a snapshot is expired
   * @param orphans as {@link OrphanFiles} takes it
   */
  record Keep(Duration snapshots, Duration orphans) {}

  /**
   * What was done.
   *
   * @param table its name within the namespace
   * @param problems one sentence for each step that was not done; empty: all were
   */
  record Report(
      String table,
      TableFigures before,
      TableFigures after,
      OrphanFiles.Deleted orphans,
      Duration took,
      List<String> problems) {
    Report {
      problems = List.copyOf(problems);
    }

    /** All but the problems, for a person. */
    String line() {
      return String.format(
          Locale.ROOT,
          "%s: %,d -> %,d files, %.1f -> %.1f MB, %d -> %d snapshots, %d orphans (%.1f MB) deleted; %,d rows; %.1f s",
          table,
          before.files(),
          after.files(),
          before.bytes() / BYTES_A_MEGABYTE,
          after.bytes() / BYTES_A_MEGABYTE,
          before.snapshots(),
          after.snapshots(),
          orphans.files(),
          orphans.bytes() / BYTES_A_MEGABYTE,
          after.rows(),
          took.toMillis() / MILLIS_A_SECOND);
    }
  }

  /**
   * Does what can be done.
   *
   * @param name the table's name within the namespace
   */
  static Report run(Table table, String name, Keep keep, InstantSource clock) {
    TableMaintenance maintenance = new TableMaintenance(table);
    Instant start = clock.instant();
    TableFigures before = TableFigures.of(table);
    maintenance.attempt("compact", () -> Compaction.run(table));
    maintenance.attempt(
        "expire snapshots", () -> SnapshotExpiry.run(table, start.minus(keep.snapshots())));
    List<OrphanFiles.Deleted> orphans = new ArrayList<>();
    maintenance.attempt(
        "delete orphans", () -> orphans.add(OrphanFiles.delete(table, keep.orphans())));
    return new Report(
        name,
        before,
        TableFigures.of(table),
        orphans.isEmpty() ? OrphanFiles.Deleted.NONE : orphans.get(0),
        Duration.between(start, clock.instant()),
        maintenance.problems);
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private void attempt(String what, Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      log.warn("{}: did not {}", table.name(), what, e);
      problems.add(problem(what, e));
    }
  }

  private String problem(String what, Exception failure) {
    if (failure instanceof ValidationException) {
      return "Another maintenance changed the table first; the next one goes on from there (%s)."
          .formatted(failure.getMessage());
    }
    if (failure instanceof LeatException) {
      return String.valueOf(failure.getMessage()); // a sentence already
    }
    return StorageFailure.sentence(failure, table.location())
        .orElse("Could not %s: %s".formatted(what, failure.getMessage()));
  }
}
