package io.leat.features.offline;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.records.Score;
import io.leat.runtime.flink.DeadLetters;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.FlinkJob;
import io.leat.runtime.flink.FlinkJobContext;
import io.leat.runtime.flink.FlinkJobs;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.runtime.flink.KafkaRecords;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.DistributionMode;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.sink.IcebergSink;
import org.apache.iceberg.flink.sink.SortedIcebergSink;
import org.apache.iceberg.flink.util.FlinkCompatibilityUtil;

/**
 * Writes every contract's valid events, every service's vectors and every model's scores into
 * Iceberg tables, exactly once.
 *
 * <pre>
 * &lt;event&gt;.valid       -> once -> decode -> events_&lt;event&gt;
 * features.&lt;service&gt;  -> once -> decode -> vectors_&lt;service&gt;
 * scores.&lt;model&gt;      -> once -> decode -> scores_&lt;model&gt;
 *                         what cannot be read -> &lt;pipeline&gt;-offline.dlq
 * </pre>
 *
 * A checkpoint holds the positions in the topics and the files written up to them; when it is
 * complete the files are committed to the table, in a snapshot that names the checkpoint. A restart
 * commits what a complete checkpoint holds and the table does not have yet, and reads on from
 * there. A position of a topic stands in its table once, whatever the source reads again: see
 * {@link RefuseHeldPositions}.
 */
public final class OfflineJob implements FlinkJob {
  public static final String NAME = "offline";

  public static void main(String[] arguments) {
    FlinkJobs.main(new OfflineJob(), arguments);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void build(StreamExecutionEnvironment environment, FlinkJobContext context) {
    Pipeline pipeline = context.pipeline();
    List<Feed<?>> feeds = new ArrayList<>();
    pipeline.contracts().forEach(contract -> feeds.add(events(contract, context)));
    pipeline.services().forEach(service -> feeds.add(vectors(service, context)));
    pipeline.models().forEach(model -> feeds.add(scores(model, context)));
    OfflineTables.requireDistinct(feeds.stream().map(Feed::wanted).toList());

    OfflineCatalog offline = OfflineCatalog.of(context.options(), pipeline.name());
    List<Table> tables = ensure(offline, feeds.stream().map(Feed::wanted).toList());
    List<SingleOutputStreamOperator<?>> refusing = new ArrayList<>();
    for (int i = 0; i < feeds.size(); i++) {
      refusing.addAll(write(environment, context, feeds.get(i), tables.get(i), offline));
    }
    DeadLetters.write(refusing, context);
  }

  @Override
  public Optional<String> explain(Throwable failure, FlinkJobContext context) {
    return StorageFailure.sentence(failure, context.options().warehouse());
  }

  private static List<Table> ensure(OfflineCatalog offline, List<OfflineTable> wanted) {
    try {
      return offline.with(
          catalog ->
              wanted.stream()
                  .map(one -> OfflineCatalog.ensure(catalog, offline.identifier(one.name()), one))
                  .toList());
    } catch (RuntimeException e) {
      throw StorageFailure.sentence(e, offline.warehouse())
          .<RuntimeException>map(sentence -> new LeatException(ErrorCode.TABLE, sentence, e))
          .orElse(e);
    }
  }

  /**
   * From a topic to a table.
   *
   * @param decode makes rows, given the table's columns as they are in the catalog
   */
  private record Feed<R>(
      String topic, OfflineTable wanted, Function<Schema, DecodeAvro<R, RowData>> decode) {}

  private static Feed<?> events(Contract contract, FlinkJobContext context) {
    return new Feed<>(
        Topics.valid(contract.event()),
        EventTable.of(contract, context.pipeline().entities()),
        table ->
            DecodeAvro.generic(
                context.registry(), contract.schema(), new EventTable.Rows(contract, table)));
  }

  private static Feed<?> vectors(FeatureService service, FlinkJobContext context) {
    Map<String, String> keyColumns = VectorTable.keyColumns(service, context.pipeline());
    return new Feed<>(
        Topics.features(service.name()),
        VectorTable.of(service, context.pipeline()),
        table ->
            DecodeAvro.specificWithWriterSchema(
                context.registry(), FeatureVector.class, new VectorRows(table, keyColumns)));
  }

  private static Feed<?> scores(Model model, FlinkJobContext context) {
    return new Feed<>(
        Topics.scores(model.name()),
        ScoreTable.of(model),
        table -> DecodeAvro.specific(context.registry(), Score.class, new ScoreTable.Rows(table)));
  }

  /** A topic into its table; gives back what refuses records, for its side output. */
  private static List<SingleOutputStreamOperator<?>> write(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      Feed<?> feed,
      Table table,
      OfflineCatalog offline) {
    String topic = feed.topic();
    OfflineTable wanted = feed.wanted();
    SingleOutputStreamOperator<KafkaRecord> once =
        KafkaRecords.read(environment, context, topic)
            .process(new RefuseHeldPositions(wanted.name(), offline.loader(wanted)))
            .name("once " + topic)
            .uid("once-" + topic);
    SingleOutputStreamOperator<RowData> rows =
        once.process(
                feed.decode().apply(table.schema()),
                FlinkCompatibilityUtil.toTypeInfo(FlinkSchemaUtil.convert(table.schema())))
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
    rows.sinkTo(SortedIcebergSink.of(sink, table)).name(wanted.name()).uid(wanted.name());
    return List.of(once, rows);
  }
}
