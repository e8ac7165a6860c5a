package io.leat.features.offline.maintenance;

import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.StorageFailure;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The care of all tables of a pipeline, one after the other. */
final class Maintenance {
  private static final Logger log = LoggerFactory.getLogger(Maintenance.class);

  private final OfflineCatalog offline;
  private final TableMaintenance.Keep keep;
  private final InstantSource clock;
  private final Consumer<String> says;

  /**
   * @param says takes a line of what was done, or not done, at a time
   */
  Maintenance(
      OfflineCatalog offline,
      TableMaintenance.Keep keep,
      InstantSource clock,
      Consumer<String> says) {
    this.offline = offline;
    this.keep = keep;
    this.clock = clock;
    this.says = says;
  }

  /**
   * Maintains every table once. What goes wrong with one does not keep the next from it.
   *
   * @return whether all went well
   */
  boolean run() {
    try {
      return offline.with(this::run);
    } catch (RuntimeException e) {
      return failed("The tables could not be maintained", e);
    }
  }

  private boolean run(Catalog catalog) {
    List<TableIdentifier> tables = offline.tables(catalog);
    if (tables.isEmpty()) {
      says.accept("There are no tables yet in " + offline.warehouse() + ".");
    }
    boolean well = true;
    for (TableIdentifier table : tables) {
      well &= run(catalog, table);
    }
    return well;
  }

  private boolean run(Catalog catalog, TableIdentifier table) {
    try {
      TableMaintenance.Report report =
          TableMaintenance.run(catalog.loadTable(table), table.name(), keep, clock);
      says.accept(report.line());
      report.problems().forEach(says);
      return report.problems().isEmpty();
    } catch (RuntimeException e) {
      return failed("%s could not be maintained".formatted(table.name()), e);
    }
  }

  private boolean failed(String what, RuntimeException failure) {
    log.error(what, failure);
    says.accept(
        StorageFailure.sentence(failure, offline.warehouse())
            .orElse("%s: %s".formatted(what, failure.getMessage())));
    return false;
  }
}
