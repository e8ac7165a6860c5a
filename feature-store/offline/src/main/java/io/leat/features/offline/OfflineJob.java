package io.leat.features.offline;

import io.leat.pipeline.Contract;
import io.leat.pipeline.FeatureService;
import io.leat.records.FeatureVector;
import io.leat.runtime.flink.DeadLetters;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.FlinkJob;
import io.leat.runtime.flink.FlinkJobContext;
import io.leat.runtime.flink.FlinkJobs;
import io.leat.runtime.flink.KafkaRecords;
import io.leat.schemas.Topics;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.DistributionMode;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.sink.BoundedIcebergSink;
import org.apache.iceberg.flink.sink.IcebergSink;
import org.apache.iceberg.flink.util.FlinkCompatibilityUtil;

/**
 * Writes every contract's valid events and every service's vectors into Iceberg tables, exactly
 * once.
 *
 * <pre>
 * &lt;event&gt;.valid       -> decode -> events_&lt;event&gt;
 * features.&lt;service&gt;  -> decode -> vectors_&lt;service&gt;
 *                         what cannot be read -> &lt;pipeline&gt;-offline.dlq
 * </pre>
 *
 * A checkpoint holds the positions in the topics and the files written up to them; when it is
 * complete the files are committed to the table, in a snapshot that names the checkpoint. A restart
 * commits what a complete checkpoint holds and the table does not have yet, and reads on from
 * there.
 */
public final class OfflineJob implements FlinkJob {
  public static final String NAME = "offline";

  /** An open file takes up to half a megabyte, so a table some 30 MB of heap in each task. */
  private static final int MOST_OPEN_DAYS = 64;

  public static void main(String[] arguments) {
    FlinkJobs.main(new OfflineJob(), arguments);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void build(StreamExecutionEnvironment environment, FlinkJobContext context) {
    Map<Contract, OfflineTable> events = new LinkedHashMap<>();
    context
        .pipeline()
        .contracts()
        .forEach(contract -> events.put(contract, EventTable.of(contract)));
    Map<FeatureService, OfflineTable> vectors = new LinkedHashMap<>();
    context
        .pipeline()
        .services()
        .forEach(service -> vectors.put(service, VectorTable.of(service, context.pipeline())));
    List<OfflineTable> all = new ArrayList<>(events.values());
    all.addAll(vectors.values());
    OfflineTables.requireDistinct(all);

    OfflineCatalog offline = OfflineCatalog.of(context.options(), context.pipeline().name());
    Catalog catalog = offline.open();
    List<SingleOutputStreamOperator<RowData>> rows = new ArrayList<>();
    events.forEach(
        (contract, wanted) -> {
          Table table = OfflineCatalog.ensure(catalog, offline.identifier(wanted.name()), wanted);
          rows.add(
              write(
                  environment,
                  context,
                  Topics.valid(contract.event()),
                  DecodeAvro.generic(
                      context.registry(),
                      contract.schema(),
                      new EventTable.Rows(contract.schema(), table.schema())),
                  table,
                  wanted,
                  offline));
        });
    vectors.forEach(
        (service, wanted) -> {
          Table table = OfflineCatalog.ensure(catalog, offline.identifier(wanted.name()), wanted);
          rows.add(
              write(
                  environment,
                  context,
                  Topics.features(service.name()),
                  DecodeAvro.specificWithWriterSchema(
                      context.registry(),
                      FeatureVector.class,
                      new VectorRows(
                          table.schema(), VectorTable.keyColumns(service, context.pipeline()))),
                  table,
                  wanted,
                  offline));
        });
    DeadLetters.write(rows, context);
    close(catalog);
  }

  /** A topic into its table; gives back the rows, for their side output. */
  private static SingleOutputStreamOperator<RowData> write(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String topic,
      DecodeAvro<?, RowData> decode,
      Table table,
      OfflineTable wanted,
      OfflineCatalog offline) {
    SingleOutputStreamOperator<RowData> rows =
        KafkaRecords.read(environment, context, topic)
            .process(
                decode, FlinkCompatibilityUtil.toTypeInfo(FlinkSchemaUtil.convert(table.schema())))
            .name("decode " + topic)
            .uid("decode-" + topic);
    IcebergSink.Builder sink =
        IcebergSink.forRowData(rows)
            .table(table)
            .tableLoader(offline.loader(wanted))
            // Every task writes every day: a live stream is all one day, and one task would write
            // it.
            .distributionMode(DistributionMode.NONE)
            .uidSuffix(wanted.name());
    rows.sinkTo(
            BoundedIcebergSink.of(
                sink, position(table.schema(), wanted.eventTime()), MOST_OPEN_DAYS))
        .name(wanted.name())
        .uid(wanted.name());
    return rows;
  }

  private static int position(Schema schema, String column) {
    return schema.columns().indexOf(schema.findField(column));
  }

  private static void close(Catalog catalog) {
    if (catalog instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException e) {
        throw new UncheckedIOException("The catalog could not be closed: " + e.getMessage(), e);
      }
    }
  }
}
