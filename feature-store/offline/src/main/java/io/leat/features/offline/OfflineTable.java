package io.leat.features.offline;

import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

/**
 * A table as its definition wants it.
 *
 * @param name its name within the pipeline's namespace
 * @param schema its columns; field ids are provisional
 * @param eventTime the column whose day it is partitioned by
 * @param source what it is made of, for messages: {@code event payments}
 */
record OfflineTable(String name, Schema schema, String eventTime, String source) {
  PartitionSpec partitions() {
    return PartitionSpec.builderFor(schema).day(eventTime).build();
  }
}
