package org.apache.iceberg.flink.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
import org.apache.iceberg.io.WriteResult;

/**
 * Iceberg's own sink, with a bound on the files that are open at once.
 *
 * <p>Iceberg keeps a Parquet file of every day open until the checkpoint, and each takes some
 * hundred kilobytes before its first page is full: a replay of years fills any heap. Here, when a
 * task has written so many days, it closes their files and begins new ones; the closed files wait
 * for the checkpoint with the others. Everything else is the sink's.
 */
public final class BoundedIcebergSink
    implements Sink<RowData>,
        SupportsPreWriteTopology<RowData>,
        SupportsCommitter<IcebergCommittable>,
        SupportsPreCommitTopology<WriteResult, IcebergCommittable>,
        SupportsPostCommitTopology<IcebergCommittable> {
  private static final long serialVersionUID = 1L;
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);
  private static final int MICROSECONDS = 6;

  private final IcebergSink sink;
  private final int eventTime;
  private final int mostDays;

  private BoundedIcebergSink(IcebergSink sink, int eventTime, int mostDays) {
    this.sink = sink;
    this.eventTime = eventTime;
    this.mostDays = mostDays;
  }

  /**
   * @param eventTime position of the column, never null, by whose day the table is partitioned
   * @param mostDays days that a task may have files open of
   */
  public static BoundedIcebergSink of(IcebergSink.Builder sink, int eventTime, int mostDays) {
    return new BoundedIcebergSink(sink.build(), eventTime, mostDays);
  }

  @Override
  @SuppressWarnings("unchecked") // as Iceberg's sink makes it
  public CommittingSinkWriter<RowData, WriteResult> createWriter(WriterInitContext context) {
    return new BoundedWriter(
        (CommittingSinkWriter<RowData, WriteResult>) (Object) sink.createWriter(context),
        eventTime,
        mostDays);
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

  /** Closes files early; used by one task alone. */
  static final class BoundedWriter implements CommittingSinkWriter<RowData, WriteResult> {
    private final CommittingSinkWriter<RowData, WriteResult> writer;
    private final int eventTime;
    private final int mostDays;
    private final Set<Long> openDays = new HashSet<>();
    private final List<WriteResult> closed = new ArrayList<>();

    BoundedWriter(CommittingSinkWriter<RowData, WriteResult> writer, int eventTime, int mostDays) {
      this.writer = writer;
      this.eventTime = eventTime;
      this.mostDays = mostDays;
    }

    @Override
    public void write(RowData row, Context context) throws IOException, InterruptedException {
      long day =
          Math.floorDiv(row.getTimestamp(eventTime, MICROSECONDS).getMillisecond(), DAY_MILLIS);
      if (openDays.size() == mostDays && !openDays.contains(day)) {
        closed.addAll(writer.prepareCommit());
        openDays.clear();
      }
      openDays.add(day);
      writer.write(row, context);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
      writer.flush(endOfInput);
    }

    @Override
    public Collection<WriteResult> prepareCommit() throws IOException, InterruptedException {
      closed.addAll(writer.prepareCommit());
      WriteResult all = WriteResult.builder().addAll(closed).build();
      closed.clear();
      openDays.clear();
      return List.of(all);
    }

    @Override
    public void close() throws Exception {
      writer.close();
    }
  }
}
