package io.leat.features.offline;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Names of tables and columns, and what keeps them apart. */
final class OfflineTables {
  private OfflineTables() {}

  /** A name of the definition language as Iceberg, SQL and Python all take it. */
  static String identifier(String name) {
    return name.replaceAll("[^A-Za-z0-9_]", "_");
  }

  /**
   * A table that is partitioned by day.
   *
   * @param name its name, still as the definition language writes it
   * @param entity the column of the entity's key that its files are sorted by first; empty where
   *     its rows have no entity
   * @param eventTime the column whose day it is partitioned by, and that its files are sorted by
   *     next
   * @throws LeatException if two columns have the same name
   */
  static OfflineTable table(
      String name,
      List<Types.NestedField> columns,
      Optional<String> entity,
      String eventTime,
      String source) {
    Set<String> names = new HashSet<>();
    for (Types.NestedField column : columns) {
      if (!names.add(column.name())) {
        throw new LeatException(
            ErrorCode.PIPELINE,
            "The offline table of %s would have two columns %s: one of its fields or features is called as one of the table's own columns. Rename it."
                .formatted(source, column.name()));
      }
    }
    Schema schema = new Schema(columns);
    return new OfflineTable(
        identifier(name),
        schema,
        PartitionSpec.builderFor(schema).day(eventTime).build(),
        Stream.concat(entity.stream(), Stream.of(eventTime)).toList(),
        source);
  }

  /**
   * @throws LeatException if two tables have the same name
   */
  static void requireDistinct(List<OfflineTable> tables) {
    Set<String> names = new HashSet<>();
    for (OfflineTable table : tables) {
      if (!names.add(table.name())) {
        throw new LeatException(
            ErrorCode.PIPELINE,
            "Two offline tables would be called %s, one of them for %s. Rename it."
                .formatted(table.name(), table.source()));
      }
    }
  }
}
