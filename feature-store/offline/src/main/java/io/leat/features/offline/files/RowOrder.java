package io.leat.features.offline.files;

import java.util.Comparator;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortKey;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.RowDataWrapper;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Type;

/**
 * The order of a table's rows: by partition, then as the table's sort order has it. Not
 * thread-safe.
 */
final class RowOrder {
  private final RowDataWrapper row;
  private final PartitionKey partition;
  private final SortKey sortKey;
  private final Comparator<Key> comparator;

  RowOrder(Table table) {
    this.row =
        new RowDataWrapper(FlinkSchemaUtil.convert(table.schema()), table.schema().asStruct());
    this.partition = new PartitionKey(table.spec(), table.schema());
    this.sortKey = new SortKey(table.schema(), table.sortOrder());
    List<Comparator<Object>> ofPartition =
        table.spec().partitionType().fields().stream()
            .map(field -> Comparator.nullsFirst(values(field.type())))
            .toList();
    List<Comparator<Object>> ofSortKey =
        table.sortOrder().fields().stream().map(field -> values(field, table)).toList();
    this.comparator =
        Comparator.comparing(Key::partition, comparator(ofPartition))
            .thenComparing(Key::sortKey, comparator(ofSortKey));
  }

  /** What a row is placed by; keeps nothing of the row itself. */
  record Key(StructLike partition, StructLike sortKey) {}

  Key keyOf(RowData data) {
    row.wrap(data);
    partition.partition(row);
    sortKey.wrap(row);
    return new Key(partition.copy(), sortKey.copy());
  }

  Comparator<Key> comparator() {
    return comparator;
  }

  private static Comparator<StructLike> comparator(List<Comparator<Object>> places) {
    return (one, other) -> {
      int order = 0;
      for (int i = 0; order == 0 && i < places.size(); i++) {
        order = places.get(i).compare(one.get(i, Object.class), other.get(i, Object.class));
      }
      return order;
    };
  }

  private static Comparator<Object> values(SortField field, Table table) {
    Type type = field.transform().getResultType(table.schema().findType(field.sourceId()));
    Comparator<Object> values = values(type);
    if (field.direction() == SortDirection.DESC) {
      values = values.reversed();
    }
    return field.nullOrder() == NullOrder.NULLS_FIRST
        ? Comparator.nullsFirst(values)
        : Comparator.nullsLast(values);
  }

  private static Comparator<Object> values(Type type) {
    return Comparators.forType(type.asPrimitiveType());
  }
}
