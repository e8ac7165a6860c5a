package io.leat.runtime.flink;

import io.leat.runtime.flink.StreamDrain.Stage;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A job's ends: streams out of topics, sinks into topics. */
public final class KafkaRecords {
  /**
   * How long a transaction of a sink may stay open. Above the longest checkpoint and a restart
   * together, else the broker aborts what a checkpoint has promised; below the broker's {@code
   * transaction.max.timeout.ms}, 15 minutes by default.
   */
  static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(12);

  private KafkaRecords() {}

  /**
   * A topic's committed records, without event time. A job without a checkpoint begins where its
   * consumer group stopped, or with the topic's first record.
   */
  public static DataStream<KafkaRecord> read(
      StreamExecutionEnvironment environment, FlinkJobContext context, String topic) {
    return read(environment, context, topic, WatermarkStrategy.noWatermarks());
  }

  /**
   * As {@link #read(StreamExecutionEnvironment, FlinkJobContext, String)}, in event time out of the
   * header {@value RecordHeaders#EVENT_TIME}. A record without it does not move the watermark.
   *
   * @param topic one that the features' service makes, of an event that ingestion checks
   *     <p>The watermark rests on what is read throughout: it passes a time once everything has
   *     been read that was in the stream, here and in the stages before, when its own records had
   *     passed it.
   * @param outOfOrderness how far behind its partition's newest record the watermark stays
   * @param idleness after this long (wall clock) without a record, a partition no longer holds the
   *     watermark back, if what was in the stream by then is read: this topic to its end, and those
   *     of the stages before by theirs
   * @param spine the event that the topic is made of
   */
  public static DataStream<KafkaRecord> read(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String topic,
      Duration outOfOrderness,
      Duration idleness,
      String spine) {
    return read(
        environment,
        context,
        topic,
        outOfOrderness,
        idleness,
        stages(context, topic, spine),
        RecordHeaders.EVENT_TIME);
  }

  /**
   * As {@link #read(StreamExecutionEnvironment, FlinkJobContext, String, Duration, Duration,
   * String)}, of the dead letters of an event, in the event time that their partitions had come to.
   *
   * @param event that ingestion checks
   */
  public static DataStream<KafkaRecord> readDeadLetters(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String event,
      Duration outOfOrderness,
      Duration idleness) {
    String topic = Topics.deadLetters(event);
    return read(
        environment,
        context,
        topic,
        outOfOrderness,
        idleness,
        List.of(
            Stage.of(context.pipeline().name() + "-ingestion", event),
            Stage.of(context.applicationId(), topic)),
        RecordHeaders.PARTITION_TIME);
  }

  /**
   * As {@link #read(StreamExecutionEnvironment, FlinkJobContext, String, Duration, Duration,
   * String)}, of a model's scores, which bear the header of the vector that they are of: scoring is
   * a stage more.
   *
   * @param vectors the topic that is scored
   */
  public static DataStream<KafkaRecord> readScores(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String topic,
      Duration outOfOrderness,
      Duration idleness,
      String spine,
      String vectors) {
    List<Stage> stages = new ArrayList<>(stages(context, topic, spine));
    stages.add(stages.size() - 1, Stage.of(context.pipeline().name() + "-scoring", vectors));
    return read(
        environment,
        context,
        topic,
        outOfOrderness,
        idleness,
        List.copyOf(stages),
        RecordHeaders.EVENT_TIME);
  }

  private static DataStream<KafkaRecord> read(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String topic,
      Duration outOfOrderness,
      Duration idleness,
      List<Stage> stages,
      String timeHeader) {
    WatermarkStrategy<KafkaRecord> watermarks =
        WatermarkStrategy.forBoundedOutOfOrderness(outOfOrderness);
    DrainWatch drain = new DrainWatch(context.kafkaClientProperties(), stages);
    return read(
        environment,
        context,
        topic,
        WatermarkStrategy.<KafkaRecord>forGenerator(
                generators ->
                    new DrainedWatermarks<>(
                        watermarks.createWatermarkGenerator(generators),
                        idleness,
                        DrainWatch::now,
                        drain,
                        timeHeader.equals(RecordHeaders.PARTITION_TIME)))
            .withTimestampAssigner((record, kafkaTimestamp) -> time(record, timeHeader)));
  }

  /** What a record passes until it is read here: ingestion, features, this job. */
  private static List<Stage> stages(FlinkJobContext context, String topic, String spine) {
    String pipeline = context.pipeline().name();
    String features = pipeline + "-features";
    return List.of(
        Stage.of(pipeline + "-ingestion", spine),
        new Stage(features, Set.of(Topics.valid(spine)), features + "-"),
        Stage.of(context.applicationId(), topic));
  }

  private static DataStream<KafkaRecord> read(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String topic,
      WatermarkStrategy<KafkaRecord> watermarks) {
    return environment
        .fromSource(LogSource.of(context, topic), watermarks, topic)
        .uid("read-" + topic);
  }

  /** Milliseconds since 1970; the least of all where the header is absent or not a number. */
  static long eventTime(KafkaRecord record) {
    return time(record, RecordHeaders.EVENT_TIME);
  }

  private static long time(KafkaRecord record, String header) {
    Optional<String> text = record.header(header);
    try {
      return text.isEmpty() ? Long.MIN_VALUE : Long.parseLong(text.get());
    } catch (NumberFormatException e) {
      return Long.MIN_VALUE;
    }
  }

  /**
   * A sink of platform records into a topic, exactly once: they become visible to {@code
   * read_committed} consumers when the checkpoint that they belong to is complete.
   *
   * @param key text to key the record by; null for none
   * @param headers headers by name
   */
  public static <T extends SpecificRecordBase> KafkaSink<T> sink(
      FlinkJobContext context,
      String topic,
      Class<T> type,
      FromRecord<T, @Nullable String> key,
      FromRecord<T, Map<String, String>> headers) {
    return KafkaSink.<T>builder()
        .setBootstrapServers(context.options().bootstrapServers())
        .setKafkaProducerConfig(context.kafkaClientProperties())
        .setProperty(
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            Long.toString(TRANSACTION_TIMEOUT.toMillis()))
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(context.applicationId() + "-" + topic)
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setRecordSerializer(new Encoding<>(context.registry(), topic, type, key, headers))
        .build();
  }

  /** Takes something out of a record. */
  @FunctionalInterface
  public interface FromRecord<T, V extends @Nullable Object> extends Serializable {
    V apply(T record);
  }

  /** Encodes a record under its topic's subject. */
  private static final class Encoding<T extends SpecificRecordBase>
      implements KafkaRecordSerializationSchema<T>, KafkaDatasetFacetProvider {
    private static final long serialVersionUID = 1L;

    private final RegistryConnection registry;
    private final String topic;
    private final Class<T> type;
    private final FromRecord<T, @Nullable String> key;
    private final FromRecord<T, Map<String, String>> headers;
    private transient AvroCodec codec;
    private transient int schemaId;

    Encoding(
        RegistryConnection registry,
        String topic,
        Class<T> type,
        FromRecord<T, @Nullable String> key,
        FromRecord<T, Map<String, String>> headers) {
      this.registry = registry;
      this.topic = topic;
      this.type = type;
      this.key = key;
      this.headers = headers;
    }

    @Override
    public void open(
        SerializationSchema.InitializationContext context, KafkaSinkContext sinkContext)
        throws Exception {
      RegistryClient client = registry.client();
      T example = type.getDeclaredConstructor().newInstance();
      schemaId =
          RegistryConnection.whenAvailable(
              () -> client.register(Topics.valueSubject(topic), example.getSchema()));
      codec = new AvroCodec(client);
    }

    /** The topic; pooled transactions are found again by it. */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
      return Optional.of(
          new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        T record, KafkaSinkContext context, @Nullable Long timestamp) {
      String text = key.apply(record);
      ProducerRecord<byte[], byte[]> out =
          new ProducerRecord<>(
              topic,
              null,
              text == null ? null : text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
              codec.encode(schemaId, record));
      headers.apply(record).forEach((name, value) -> RecordHeaders.set(out.headers(), name, value));
      return out;
    }
  }
}
