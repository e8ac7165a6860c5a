package io.leat.scoring.batch;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.TableSnapshot;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expressions;

/**
 * An offline table at one of its snapshots.
 *
 * @param table the part that is read
 */
record TableInput(Snapshots snapshots, TableSnapshot table, List<String> leftOut)
    implements Input, Closeable {

  /**
   * Opens a table.
   *
   * @param text {@code table} or {@code table@snapshot}; the pipeline's namespace may stand before
   * @throws LeatException if there is no such table or snapshot
   */
  static TableInput open(OfflineCatalog catalog, String text) throws IOException {
    int at = text.indexOf('@');
    String name = TableOutput.inNamespace(catalog, at < 0 ? text : text.substring(0, at));
    Map<String, Long> wanted =
        at < 0
            ? Map.of()
            : Map.of(catalog.identifier(name).toString(), snapshotId(text.substring(at + 1), text));
    Snapshots snapshots = new Snapshots(catalog, wanted);
    try {
      TableSnapshot all = snapshots.pick(name, Expressions.alwaysTrue());
      TableSnapshot plain =
          new TableSnapshot(
              all.table(),
              all.id(),
              Input.plain(all.schema()),
              all.filter(),
              all.rows(),
              all.files());
      return new TableInput(snapshots, plain, Input.nested(all.schema()));
    } catch (RuntimeException e) {
      snapshots.close();
      throw e;
    }
  }

  private static long snapshotId(String id, String text) {
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException e) {
      throw new LeatException(
          ErrorCode.INPUT,
          "--input is '%s'; expected the id of a snapshot behind the @, a whole number. The table's own metadata lists them: SELECT * FROM <table>.snapshots."
              .formatted(text),
          e);
    }
  }

  @Override
  public String name() {
    return table.table().toString();
  }

  @Override
  public String snapshot() {
    return Long.toString(table.id());
  }

  @Override
  public Schema schema() {
    return table.schema();
  }

  @Override
  public long rows() {
    return table.rows();
  }

  @Override
  public Optional<String> definition() {
    return Optional.empty();
  }

  @Override
  public DataStream<RowData> read(StreamExecutionEnvironment environment) {
    return snapshots.rows(environment, table);
  }

  @Override
  public void close() throws IOException {
    snapshots.close();
  }
}
