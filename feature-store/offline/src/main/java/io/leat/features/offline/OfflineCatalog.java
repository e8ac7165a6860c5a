package io.leat.features.offline;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.files.LocalFileIO;
import io.leat.runtime.settings.FlinkJobOptions;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.ReplaceSortOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.flink.CatalogLoader;
import org.apache.iceberg.flink.TableLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the offline tables are kept. By default a JDBC catalog on SQLite, {@code
 * <warehouse>/catalog.db}, in the form that PyIceberg's SqlCatalog reads; any other by {@code
 * --catalog-properties}.
 */
public final class OfflineCatalog {
  private static final Logger log = LoggerFactory.getLogger(OfflineCatalog.class);

  /** The catalog's name, by which its tables stand in a JDBC catalog. */
  public static final String NAME = "leat";

  /** So that a reader and the job wait for each other instead of failing. */
  private static final String SQLITE_BUSY_TIMEOUT_MILLIS = "30000";

  private static final String METRICS_OF = TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX;

  private static final Map<String, String> TABLE_PROPERTIES =
      Map.ofEntries(
          Map.entry(TableProperties.FORMAT_VERSION, "2"),
          Map.entry(TableProperties.PARQUET_COMPRESSION, "zstd"),
          // A commit every checkpoint: old metadata files would pile up.
          Map.entry(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true"),
          Map.entry(TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "20"),
          Map.entry(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, Long.toString(128L << 20)),
          // The maintenance commits beside the job: each tries again when the other was first.
          Map.entry(TableProperties.COMMIT_NUM_RETRIES, "20"),
          // A replay writes many days at once; a file of a day is small, and so may its buffers be.
          Map.entry(TableProperties.PARQUET_PAGE_SIZE_BYTES, Integer.toString(128 * 1024)),
          Map.entry(
              TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, Integer.toString(32 * 1024 * 1024)));

  /** Iceberg keeps bounds of the first 100 columns alone; these are asked for at each start. */
  private static final List<String> BOUNDED =
      List.of(SourceColumns.LOG_PARTITION, SourceColumns.LOG_OFFSET);

  private final Map<String, String> properties;
  private final Namespace namespace;

  private OfflineCatalog(Map<String, String> properties, Namespace namespace) {
    this.properties = properties;
    this.namespace = namespace;
  }

  /**
   * The catalog that the options name.
   *
   * @param pipeline name of the pipeline, which the namespace is called after
   * @throws LeatException if the warehouse is not a folder and no catalog is given
   * @throws LeatException if the warehouse cannot be made or written, or a file not be read
   */
  public static OfflineCatalog of(FlinkJobOptions options, String pipeline) {
    return of(options.warehouse(), options.catalogProperties(), pipeline);
  }

  /**
   * As the other.
   *
   * @param given properties of a catalog; none: the one on SQLite in the warehouse
   */
  public static OfflineCatalog of(String warehouse, Map<String, String> given, String pipeline) {
    return new OfflineCatalog(
        given.isEmpty() ? sqlite(warehouse) : withWarehouse(given, warehouse),
        Namespace.of(OfflineTables.identifier(pipeline)));
  }

  private static Map<String, String> sqlite(String warehouse) {
    if (warehouse.contains("://")) {
      throw new LeatException(
          ErrorCode.SETTING,
          "The warehouse is %s; the catalog on SQLite needs a folder. Name a catalog with --catalog-properties."
              .formatted(warehouse));
    }
    Path folder = Path.of(warehouse).toAbsolutePath().normalize();
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".leat", ".probe"));
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          StorageFailure.sentence(e, folder.toString())
              .orElse(
                  "The warehouse %s cannot be written (%s). Give a writable folder with --warehouse."
                      .formatted(folder, e)),
          e);
    }
    Map<String, String> properties = new HashMap<>();
    properties.put(CatalogProperties.CATALOG_IMPL, CatalogUtil.ICEBERG_CATALOG_JDBC);
    properties.put(CatalogProperties.URI, "jdbc:sqlite:" + folder.resolve("catalog.db"));
    properties.put(CatalogProperties.WAREHOUSE_LOCATION, "file://" + folder);
    properties.put(CatalogProperties.FILE_IO_IMPL, LocalFileIO.class.getName());
    properties.put("jdbc.schema-version", "V1");
    properties.put("jdbc.busy_timeout", SQLITE_BUSY_TIMEOUT_MILLIS);
    return properties;
  }

  private static Map<String, String> withWarehouse(Map<String, String> given, String warehouse) {
    Map<String, String> properties = new HashMap<>(given);
    properties.putIfAbsent(CatalogProperties.WAREHOUSE_LOCATION, warehouse);
    return properties;
  }

  /** Opens the catalog itself; the caller {@link #close}s it. */
  public Catalog open() {
    return new Loader(NAME, new HashMap<>(properties)).loadCatalog();
  }

  /** Opens the catalog for as long as something is done with it. */
  public <T> T with(Function<Catalog, T> use) {
    try (Opened opened = new Opened(open())) {
      return use.apply(opened.catalog);
    }
  }

  private record Opened(Catalog catalog) implements AutoCloseable {
    @Override
    public void close() {
      OfflineCatalog.close(catalog);
    }
  }

  /** Closes a catalog, where it is of a kind that can be. */
  public static void close(Catalog catalog) {
    if (catalog instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException e) {
        throw new UncheckedIOException("The catalog could not be closed: " + e.getMessage(), e);
      }
    }
  }

  /** Where the tables' files lie. */
  public String warehouse() {
    return String.valueOf(properties.get(CatalogProperties.WAREHOUSE_LOCATION));
  }

  /** The pipeline's tables, by name; also those of events and services that it no longer has. */
  public List<TableIdentifier> tables(Catalog catalog) {
    return catalog instanceof SupportsNamespaces namespaces
            && !namespaces.namespaceExists(namespace)
        ? List.of()
        : catalog.listTables(namespace).stream()
            .sorted(Comparator.comparing(TableIdentifier::name))
            .toList();
  }

  /** The full name of one of the pipeline's tables. */
  public TableIdentifier identifier(String table) {
    return TableIdentifier.of(namespace, table);
  }

  /** The way to a table that Flink's tasks take. */
  TableLoader loader(OfflineTable table) {
    return loader(identifier(table.name()));
  }

  /** The way to a table that Flink's tasks take. */
  public TableLoader loader(TableIdentifier table) {
    return TableLoader.fromCatalog(new Loader(NAME, new HashMap<>(properties)), table);
  }

  /**
   * The table as it is in the catalog: made when it is not there; given the columns that its
   * definition has beyond it, wider types, and the definition's sort order. Columns that the
   * definition no longer has stay.
   *
   * @throws LeatException if a column's type changed to one that is not wider
   */
  public static Table ensure(Catalog catalog, TableIdentifier identifier, OfflineTable wanted) {
    if (!catalog.tableExists(identifier)) {
      create(catalog, identifier, wanted);
    }
    Table table = catalog.loadTable(identifier);
    try {
      TableCommits.commit(table, fresh -> widen(fresh, wanted));
      TableCommits.commit(table, fresh -> sort(fresh, wanted));
      TableCommits.commit(table, OfflineCatalog::keepBounds);
    } catch (IllegalArgumentException e) {
      throw new LeatException(
          ErrorCode.TABLE,
          "The offline table %s cannot take %s as it is now declared: %s. Columns can be added and numbers widened; for any other change give the field another name, or move the table away."
              .formatted(identifier, wanted.source(), e.getMessage()),
          e);
    }
    return table;
  }

  private static void widen(Table table, OfflineTable wanted) {
    UpdateSchema update = table.updateSchema().unionByNameWith(wanted.schema());
    if (!update.apply().sameSchema(table.schema())) {
      update.commit();
      log.info("Table {} now has the columns of {}", table.name(), wanted.source());
    }
  }

  /** Gives a table another sort order; its files keep theirs until they are rewritten. */
  private static void sort(Table table, OfflineTable wanted) {
    SortOrder order = wanted.order(table.schema());
    if (!table.sortOrder().sameOrder(order)) {
      ReplaceSortOrder replace = table.replaceSortOrder();
      order.fields().forEach(field -> replace.asc(table.schema().findColumnName(field.sourceId())));
      replace.commit();
    }
  }

  /** Gives a table of an earlier release the properties that keep bounds. */
  private static void keepBounds(Table table) {
    Map<String, String> wanted = bounds(table.schema());
    if (!table.properties().entrySet().containsAll(wanted.entrySet())) {
      UpdateProperties update = table.updateProperties();
      wanted.forEach(update::set);
      update.commit();
    }
  }

  private static Map<String, String> bounds(Schema schema) {
    return BOUNDED.stream()
        .filter(column -> schema.findField(column) != null)
        .collect(Collectors.toMap(column -> METRICS_OF + column, column -> "full"));
  }

  private static void create(Catalog catalog, TableIdentifier identifier, OfflineTable wanted) {
    if (catalog instanceof SupportsNamespaces namespaces
        && !namespaces.namespaceExists(identifier.namespace())) {
      try {
        namespaces.createNamespace(identifier.namespace());
      } catch (AlreadyExistsException e) {
        log.debug("Another job made the namespace first", e);
      }
    }
    try {
      catalog
          .buildTable(identifier, wanted.schema())
          .withPartitionSpec(wanted.partitions())
          .withSortOrder(wanted.order(wanted.schema()))
          .withProperties(TABLE_PROPERTIES)
          .withProperties(bounds(wanted.schema()))
          .create();
      log.info("Made the table {} for {}", identifier, wanted.source());
    } catch (AlreadyExistsException e) {
      log.debug("Another job made the table first", e);
    }
  }

  /** Loads the catalog from its properties alone. */
  private record Loader(String name, HashMap<String, String> properties) implements CatalogLoader {
    @Override
    public Catalog loadCatalog() {
      return CatalogUtil.buildIcebergCatalog(name, properties, new Configuration());
    }

    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod") // immutable
    public CatalogLoader clone() {
      return this;
    }
  }
}
