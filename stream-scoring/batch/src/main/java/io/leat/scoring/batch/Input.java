package io.leat.scoring.batch;

import java.util.List;
import java.util.Optional;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Rows to be scored, in a state that does not change. */
interface Input {
  /** What it is called. */
  String name();

  /** Names its state: a table's snapshot id, or the SHA-256 of files. */
  String snapshot();

  /** The columns that are read; none is a list, a map or a struct. */
  Schema schema();

  /** Names of the columns that are not read. */
  List<String> leftOut();

  /** About how many rows there are. */
  long rows();

  /**
   * Fingerprint of the definitions that all of it was made by, where it says so itself and not row
   * by row.
   */
  Optional<String> definition();

  /** Reads it. */
  DataStream<RowData> read(StreamExecutionEnvironment environment);

  /** The columns that are read of all that there are. */
  static Schema plain(Schema all) {
    return new Schema(
        all.columns().stream().filter(column -> column.type().isPrimitiveType()).toList());
  }

  /** The columns that are not read. */
  static List<String> nested(Schema all) {
    return all.columns().stream()
        .filter(column -> !column.type().isPrimitiveType())
        .map(Types.NestedField::name)
        .toList();
  }
}
