package io.leat.features.offline;

import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;

/**
 * A table as its definition wants it.
 *
 * @param name its name within the pipeline's namespace
 * @param schema its columns; field ids are provisional
 * @param partitions what its rows are partitioned by, of this schema
 * @param sortedBy the columns that its files are sorted by, the first one first; empty: as rows
 *     come
 * @param source what it is made of, for messages: {@code event payments}
 */
public record OfflineTable(
    String name, Schema schema, PartitionSpec partitions, List<String> sortedBy, String source) {
  public OfflineTable {
    sortedBy = List.copyOf(sortedBy);
  }

  /**
   * The order of rows within a file.
   *
   * @param actual the table's columns as they are in the catalog, with their field ids
   */
  SortOrder order(Schema actual) {
    SortOrder.Builder order = SortOrder.builderFor(actual);
    sortedBy.forEach(order::asc);
    return order.build();
  }
}
