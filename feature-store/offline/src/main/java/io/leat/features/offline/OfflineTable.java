package io.leat.features.offline;

import java.util.Optional;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;

/**
 * A table as its definition wants it.
 *
 * @param name its name within the pipeline's namespace
 * @param schema its columns; field ids are provisional
 * @param entity the column of the entity's key that its files are sorted by first; empty where its
 *     rows have no entity
 * @param eventTime the column whose day it is partitioned by, and that its files are sorted by next
 * @param source what it is made of, for messages: {@code event payments}
 */
record OfflineTable(
    String name, Schema schema, Optional<String> entity, String eventTime, String source) {
  PartitionSpec partitions() {
    return PartitionSpec.builderFor(schema).day(eventTime).build();
  }

  /**
   * The order of rows within a file.
   *
   * @param actual the table's columns as they are in the catalog, with their field ids
   */
  SortOrder order(Schema actual) {
    SortOrder.Builder order = SortOrder.builderFor(actual);
    entity.ifPresent(order::asc);
    return order.asc(eventTime).build();
  }
}
