package org.apache.iceberg.flink.sink;

import io.leat.features.offline.files.SortedRowWriter;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreWriteTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.SerializableTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.WriteResult;

/**
 * Iceberg's own sink, with files that are sorted as the table's sort order has it.
 *
 * <p>Iceberg writes rows as they come, and keeps a file of every day open until the checkpoint,
 * each with buffers of some hundred kilobytes: a replay of years fills any heap. Here a task holds
 * rows and writes them by {@link SortedRowWriter}, one file at a time. Everything from the files on
 * is the sink's: what a checkpoint holds, and the commit.
 */
public final class SortedIcebergSink
    implements Sink<RowData>,
        SupportsPreWriteTopology<RowData>,
        SupportsCommitter<IcebergCommittable>,
        SupportsPreCommitTopology<WriteResult, IcebergCommittable>,
        SupportsPostCommitTopology<IcebergCommittable> {
  private static final long serialVersionUID = 1L;

  private final IcebergSink sink;
  private final Table table;

  private SortedIcebergSink(IcebergSink sink, Table table) {
    this.sink = sink;
    this.table = table;
  }

  /**
   * @param table the table that the sink was built with
   */
  public static SortedIcebergSink of(IcebergSink.Builder sink, Table table) {
    return new SortedIcebergSink(sink.build(), SerializableTable.copyOf(table));
  }

  @Override
  public CommittingSinkWriter<RowData, WriteResult> createWriter(WriterInitContext context) {
    return new Writer(
        new SortedRowWriter(
            table, context.getTaskInfo().getIndexOfThisSubtask(), SortedRowWriter.MOST_BYTES),
        new IcebergStreamWriterMetrics(context.metricGroup(), table.name()));
  }

  @Override
  public DataStream<RowData> addPreWriteTopology(DataStream<RowData> rows) {
    return sink.addPreWriteTopology(rows);
  }

  @Override
  public DataStream<CommittableMessage<IcebergCommittable>> addPreCommitTopology(
      DataStream<CommittableMessage<WriteResult>> written) {
    return sink.addPreCommitTopology(written);
  }

  @Override
  public Committer<IcebergCommittable> createCommitter(CommitterInitContext context) {
    return sink.createCommitter(context);
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<IcebergCommittable>> committed) {
    sink.addPostCommitTopology(committed);
  }

  @Override
  public SimpleVersionedSerializer<IcebergCommittable> getCommittableSerializer() {
    return sink.getCommittableSerializer();
  }

  @Override
  public SimpleVersionedSerializer<WriteResult> getWriteResultSerializer() {
    return sink.getWriteResultSerializer();
  }

  /** Holds rows until the checkpoint; used by one task alone. */
  private static final class Writer implements CommittingSinkWriter<RowData, WriteResult> {
    private final SortedRowWriter rows;
    private final IcebergStreamWriterMetrics metrics;

    Writer(SortedRowWriter rows, IcebergStreamWriterMetrics metrics) {
      this.rows = rows;
      this.metrics = metrics;
    }

    @Override
    public void write(RowData row, Context context) throws IOException {
      rows.write(row);
    }

    @Override
    public void flush(boolean endOfInput) {
      // prepareCommit follows.
    }

    @Override
    public Collection<WriteResult> prepareCommit() throws IOException {
      WriteResult written = WriteResult.builder().addDataFiles(rows.complete()).build();
      metrics.updateFlushResult(written);
      return List.of(written);
    }

    @Override
    public void close() {
      rows.close();
    }
  }
}
