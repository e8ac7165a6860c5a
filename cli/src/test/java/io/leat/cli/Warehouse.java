package io.leat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;

/**
 * Offline tables, read as any user of Iceberg's Java API does.
 *
 * @param folder the warehouse
 */
public record Warehouse(Path folder) {
  /** Does something with a table as it is now; empty where there is none. */
  public <T> Optional<T> read(String namespace, String table, Function<Table, T> use)
      throws IOException {
    if (!Files.exists(folder.resolve("catalog.db"))) {
      return Optional.empty();
    }
    Map<String, String> properties = new HashMap<>();
    properties.put("catalog-impl", JdbcCatalog.class.getName());
    properties.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db"));
    properties.put("warehouse", "file://" + folder);
    properties.put("jdbc.schema-version", "V1");
    properties.put("jdbc.busy_timeout", "30000");
    try (JdbcCatalog catalog =
        (JdbcCatalog) CatalogUtil.buildIcebergCatalog("leat", properties, new Configuration())) {
      TableIdentifier name = TableIdentifier.of(Namespace.of(namespace), table);
      return catalog.tableExists(name)
          ? Optional.of(use.apply(catalog.loadTable(name)))
          : Optional.empty();
    }
  }

  /** Rows of a table, as its newest snapshot says; 0 where there is none. */
  public long committedRows(String namespace, String table) throws IOException {
    return read(
            namespace,
            table,
            found ->
                found.currentSnapshot() == null
                    ? 0
                    : Long.parseLong(found.currentSnapshot().summary().get("total-records")))
        .orElse(0L);
  }
}
