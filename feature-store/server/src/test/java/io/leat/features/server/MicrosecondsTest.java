package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.engine.ServiceReplay;
import io.leat.features.online.OnlineStore;
import io.leat.features.online.Shop;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Depth;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.ValueType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ticks within one millisecond, whose order the stream, a replay and the feature server share. */
class MicrosecondsTest {
  private static final Instant SECOND = Instant.parse("2023-11-14T22:13:20Z");
  private static final Schema TICK =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Tick", "fields": [
                {"name": "id", "type": "long"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "symbol", "type": "string"},
                {"name": "price", "type": "double"}]}
              """);
  private static final Entity SYMBOL = new Entity("symbol", "symbol");
  private static final FeatureView QUOTES =
      Shop.view(
          "quotes",
          SYMBOL,
          "ticks",
          Shop.count("ticks"),
          new Aggregation(
              "last",
              AggregateFunctions.LAST,
              Optional.of("price"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              ValueType.DOUBLE),
          new Aggregation(
              "delta",
              AggregateFunctions.DELTA,
              Optional.of("price"),
              Optional.empty(),
              Optional.empty()),
          new Aggregation(
              "since",
              AggregateFunctions.TIME_SINCE_LAST,
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
  private static final FeatureService SERVICE = Shop.service("market", "ticks", null, QUOTES);
  private static final Pipeline PIPELINE =
      new Pipeline(
          "shop",
          "tests",
          List.of(SYMBOL),
          List.of(Shop.contract("ticks", TICK, Optional.of("symbol"), 1)),
          List.of(QUOTES),
          List.of(SERVICE),
          List.of(),
          List.of(),
          List.of());

  /** In the order of arrival; the last two tie, and 100 is more than 9. */
  private static final List<GenericRecord> TICKS =
      List.of(tick(100, 900, 3.0), tick(7, 100, 1.0), tick(8, 500, 2.0), tick(9, 900, 2.5));

  @TempDir Path folder;
  private final RegistryClient registry = new RegistryClient("mock://" + UUID.randomUUID());
  private final AvroCodec codec = new AvroCodec(registry);

  @Test
  void streamReplayAndFeatureServerSeeTheTicksInOneOrder() throws Exception {
    JobOptions options = JobOptions.of(folder, "none:9092", "mock://unused", folder, 0);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop-features");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("streams").toString());
    settings.putAll(new OnlineStore().settings(options));
    ServiceReplay replay = new ServiceReplay(SERVICE, PIPELINE);
    List<Change> changes = new ArrayList<>();
    JobContext context =
        new JobContext(PIPELINE, registry, new SimpleMeterRegistry(), new Readiness(), options);
    try (TopologyTestDriver driver =
        new TopologyTestDriver(new OnlineStore().topology(context), settings)) {
      List<List<@Nullable Object>> replayed = new ArrayList<>();
      for (GenericRecord tick : TICKS) {
        send(driver, tick);
        replayed.add(replay.feed("ticks", tick).orElseThrow().values());
      }

      assertThat(vectors(driver))
          .extracting(FeatureVector::getValues)
          .isEqualTo(replayed)
          .containsExactly(
              Arrays.asList(1L, 3.0, null, null),
              Arrays.asList(1L, 1.0, null, null),
              Arrays.asList(2L, 2.0, 1.0, 0.0004),
              Arrays.asList(4L, 3.0, 0.5, 0.0004));
      try (KeyValueIterator<Bytes, byte[]> states =
          driver.<Bytes, byte[]>getKeyValueStore("quotes-v1").all()) {
        while (states.hasNext()) {
          KeyValue<Bytes, byte[]> state = states.next();
          changes.add(new Change("quotes-v1", state.key.get(), state.value));
        }
      }
    }
    try (CommittedState state =
        new CommittedState(folder.resolve("server"), List.of("quotes-v1"), 8 << 20)) {
      state.apply(changes, List.of());
      Catalog catalog = new Catalog(PIPELINE);
      OnlineFeatures features =
          new OnlineFeatures(
              catalog,
              state,
              store -> Optional.of(Lag.NONE),
              Limits.DEFAULT,
              new ReadMetrics(catalog.views(), new SimpleMeterRegistry()));

      assertThat(ask(features, "2023-11-14T22:13:20.000900Z"))
          .containsExactly(4L, 3.0, 0.5, 0.0004);
      assertThat(ask(features, "2023-11-14T22:13:20.000899Z"))
          .containsExactly(2L, 2.0, 1.0, 0.000399);
      assertThat(ask(features, "2023-11-14T22:13:20.000099Z"))
          .containsExactly(0L, null, null, null);
    }
  }

  private static List<@Nullable Object> ask(OnlineFeatures features, String asOf)
      throws RequestException {
    OnlineRequest request =
        ShopAnswers.parse(
            """
            {"entities": {"symbol": ["a"]}, "feature_service": "market", "as_of": "%s"}
            """
                .formatted(asOf));
    List<@Nullable Object> values = new ArrayList<>();
    List<OnlineAnswer.Column> columns =
        features.answer(request, SECOND.plusSeconds(1), Depth.DISK).columns();
    columns.subList(1, columns.size()).forEach(column -> values.add(column.values()[0]));
    return values;
  }

  private void send(TopologyTestDriver driver, GenericRecord tick) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, tick.get("id").toString());
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, "" + SECOND.toEpochMilli());
    RecordHeaders.set(headers, RecordHeaders.SOURCE, "ticks/0/0");
    byte[] value = codec.encode(registry.register("ticks.valid-value", TICK), tick);
    driver
        .createInputTopic("ticks.valid", new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>("a".getBytes(UTF_8), value, headers));
  }

  private List<FeatureVector> vectors(TopologyTestDriver driver) {
    return driver
        .createOutputTopic(
            "features.market", new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList()
        .stream()
        .map(record -> codec.decode(record.value(), FeatureVector.class))
        .toList();
  }

  private static GenericRecord tick(long id, long micros, double price) {
    GenericRecord tick = new GenericData.Record(TICK);
    tick.put("id", id);
    tick.put("at", SECOND.toEpochMilli() * 1_000 + micros);
    tick.put("symbol", "a");
    tick.put("price", price);
    return tick;
  }
}
