package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.evaluation.Auc;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Outcome;
import io.leat.records.PerformanceMetric;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/**
 * Scores meet the labels that another event brings, through kills of the service: each score leaves
 * once, and in the end with the label that a fold of all labels gives it. What is measured of them
 * is measured once, as a fold of the outcomes.
 */
class PerformanceIT {
  private static final String MODEL = "price";
  private static final String LABEL = "label: { field: price_up, on: reading_time, within: 1d }";
  private static final String OTHER_LABEL =
      "label: { field: up, from: moves, on: market, within: 1d }";
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final long BEGIN = 831_427_200_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long END = BEGIN + 46 * HOUR;
  private static final int ROWS = 3_000;
  private static final int MARKETS = 150;

  private final Random random = new Random(11);
  private final List<Row> rows = new ArrayList<>();
  private final List<Move> moves = new ArrayList<>();
  private AvroCodec codec;
  private Pipeline pipeline;
  private RegistryClient registry;

  /**
   * @param id also the time
   */
  private record Row(long id, String market) {}

  private record Move(long id, long time, String market, boolean up) {}

  @Test
  void eachScoreLeavesOnceAndWithTheLabelThatHolds() throws Exception {
    try (TestCluster cluster = TestCluster.shared()) {
      Path folder = pipeline(cluster);
      pipeline = PipelineReader.read(folder);
      registry = cluster.newRegistryClient();
      codec = new AvroCodec(registry);
      new Applier(Map.of("bootstrap.servers", cluster.bootstrapServers()), registry)
          .apply(pipeline, "test");
      int port = Ports.free();
      try (TopicWriter writer = cluster.newWriter();
          TopicReader outcomes = cluster.newReader(Topics.outcomes(MODEL));
          ServiceProcess service =
              ServiceProcess.start(
                  PerformanceJob.class,
                  List.of(
                      "--pipeline=" + folder,
                      "--bootstrap-servers=" + cluster.bootstrapServers(),
                      "--registry-url=" + cluster.registryUrl(),
                      "--state-dir=" + cluster.newDirectory("state"),
                      "--http-port=" + port),
                  port,
                  cluster.newDirectory("log"))) {
        List<Outcome> read = new ArrayList<>();
        write(writer, ROWS / 3);
        awaitFirst(outcomes, read, 100);
        service.kill();
        write(writer, ROWS / 3);
        service.restart();
        awaitFirst(outcomes, read, ROWS / 2);
        service.kill();
        service.restart();
        write(writer, ROWS / 3);
        await(
            outcomes,
            read,
            () -> assertThat(labelled(holding(read, "SHADOW"))).isEqualTo(labelled(folded())));
        writeFrom(writer, END);
        awaitFirst(outcomes, read, 2 * ROWS);
        assertEachScoreOnce(read);
        for (String role : List.of("CHAMPION", "SHADOW")) {
          assertThat(holding(read, role)).isEqualTo(folded());
        }
        assertThat(folded().values()).contains(Optional.empty(), Optional.of(true));
        service.kill();
        service.restart();
        writeFrom(writer, BEGIN + 80 * HOUR);
        assertFigures(read, cluster);
      }
    }
  }

  private static Path pipeline(TestCluster cluster) throws IOException {
    Path copy = cluster.newDirectory("pipeline");
    Path example = Path.of(System.getProperty("leat.project"), "examples", "electricity");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(example.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path service = copy.resolve("services/price.yaml");
    String text = Files.readString(service);
    assertThat(text).contains(LABEL);
    Files.writeString(service, text.replace(LABEL, OTHER_LABEL));
    Path monitor = copy.resolve("monitors/price.yaml");
    Files.writeString(
        monitor, Files.readString(monitor) + "performance: { metric: auc, drop: 0.1 }\n");
    Files.writeString(
        copy.resolve("contracts/moves.yaml"),
        """
        event: moves
        schema: moves.avsc
        owner: market-operator
        key: market
        event_id: move_id
        event_time: moved_at
        topic: { partitions: 3, retention: 30d }
        """);
    Files.writeString(
        copy.resolve("contracts/moves.avsc"),
        """
        {"type": "record", "name": "Move", "fields": [
          {"name": "move_id", "type": "long", "doc": "Number."},
          {"name": "moved_at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "doc": "When."},
          {"name": "market", "type": "string", "doc": "Where."},
          {"name": "up", "type": "boolean", "doc": "Whether it went up."}]}
        """);
    return copy;
  }

  /** Readings of twenty hours, scored twice, and moves of the time in which they may be labels. */
  private void write(TopicWriter writer, int count) {
    for (int i = 0; i < count; i++) {
      Row row = new Row(BEGIN + rows.size() * 20L * HOUR / ROWS, "m" + random.nextInt(MARKETS));
      rows.add(row);
      write(writer, row);
      if (random.nextInt(3) == 0) {
        Move move =
            new Move(
                moves.size(),
                row.id() + random.nextInt(30) * HOUR - 5 * HOUR,
                "m" + random.nextInt(MARKETS),
                random.nextBoolean());
        moves.add(move);
        write(writer, move);
      }
    }
    writer.flush();
  }

  /** Takes every partition of the join to a time, by scores of that time. */
  private void writeFrom(TopicWriter writer, long time) {
    for (int i = 0; i < 100; i++) {
      write(writer, new Row(time + i, "late" + i));
    }
    writer.flush();
  }

  private void write(TopicWriter writer, Row row) {
    FeatureService service = pipeline.service("price").orElseThrow();
    byte[] key = row.market().getBytes(UTF_8);
    String id = Long.toString(row.id());
    send(
        writer,
        Topics.valid("readings"),
        key,
        new GenericRecordBuilder(pipeline.contract("readings").orElseThrow().schema())
            .set("reading_time", row.id())
            .set("market", row.market())
            .set("nsw_price", 0.0)
            .set("nsw_demand", 0.0)
            .set("vic_price", 0.0)
            .set("vic_demand", 0.0)
            .set("transfer", 0.0)
            .set("price_up", false)
            .build());
    List<Object> values = new ArrayList<>();
    service.features().forEach(feature -> values.add(0.5));
    FeatureVector vector =
        FeatureVector.newBuilder()
            .setService(service.name())
            .setServiceVersion(service.version())
            .setDefinition(service.definition())
            .setEventId(id)
            .setEventTime(Instant.ofEpochMilli(row.id()))
            .setKeys(Map.of("market", row.market()))
            .setValues(values)
            .setSource(new LogPosition("readings", 0, row.id()))
            .build();
    String vectors = Topics.features("price");
    int schema =
        registry.register(
            Topics.valueSubject(vectors), FeatureVectorSchema.of(service.featureNames()));
    writer.send(new ProducerRecord<>(vectors, key, codec.encode(schema, vector)));
    for (String role : List.of("CHAMPION", "SHADOW")) {
      String topic = role.equals("SHADOW") ? Topics.shadowScores(MODEL) : Topics.scores(MODEL);
      Score score =
          Score.newBuilder()
              .setModel(MODEL)
              .setModelVersion(role)
              .setModelNumber(role.equals("SHADOW") ? 2 : 1)
              .setRole(role)
              .setRollout(1L)
              .setPropensity(1.0)
              .setEventId(id)
              .setEventTime(Instant.ofEpochMilli(row.id()))
              .setScore(random.nextDouble())
              .setService(service.name())
              .setServiceVersion(service.version())
              .setDefinition(service.definition())
              .setVector(new LogPosition(vectors, 0, row.id()))
              .setSource(new LogPosition("readings", 0, row.id()))
              .build();
      writer.send(
          new ProducerRecord<>(
              topic,
              key,
              codec.encode(
                  registry.register(Topics.valueSubject(topic), Score.getClassSchema()), score)));
    }
  }

  private void write(TopicWriter writer, Move move) {
    send(
        writer,
        Topics.valid("moves"),
        move.market().getBytes(UTF_8),
        new GenericRecordBuilder(pipeline.contract("moves").orElseThrow().schema())
            .set("move_id", move.id())
            .set("moved_at", move.time())
            .set("market", move.market())
            .set("up", move.up())
            .build());
  }

  private void send(TopicWriter writer, String topic, byte[] key, GenericRecord event) {
    int schema = registry.register(Topics.valueSubject(topic), event.getSchema());
    writer.send(new ProducerRecord<>(topic, key, codec.encode(schema, event)));
  }

  /** Until so many scores have left. */
  private void awaitFirst(TopicReader outcomes, List<Outcome> read, int scores) {
    await(
        outcomes,
        read,
        () ->
            assertThat(read.stream().filter(outcome -> outcome.getRevision() == 0).count())
                .isGreaterThanOrEqualTo(scores));
  }

  private void await(TopicReader outcomes, List<Outcome> read, ThrowingRunnable until) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              outcomes.readToEnd().stream()
                  .map(record -> codec.decode(record.value(), Outcome.class))
                  .filter(outcome -> outcome.getEventTime().toEpochMilli() < END)
                  .forEach(read::add);
              until.run();
            });
  }

  private void assertEachScoreOnce(List<Outcome> read) {
    Map<String, List<Integer>> revisions = new HashMap<>();
    read.forEach(
        outcome ->
            revisions
                .computeIfAbsent(
                    outcome.getEventId() + outcome.getRole(), score -> new ArrayList<>())
                .add(outcome.getRevision()));
    assertThat(revisions).hasSize(2 * ROWS);
    assertThat(revisions.values())
        .allSatisfy(
            found ->
                assertThat(found)
                    .containsExactlyElementsOf(IntStream.range(0, found.size()).boxed().toList()));
    assertThat(revisions.values()).anySatisfy(found -> assertThat(found).hasSizeGreaterThan(1));
  }

  /** By the time of the reading. */
  private static Map<Long, Optional<Object>> holding(List<Outcome> read, String role) {
    Map<Long, Optional<Object>> holding = new TreeMap<>();
    read.stream()
        .filter(outcome -> outcome.getRole().equals(role))
        .sorted(Comparator.comparing(Outcome::getRevision))
        .forEach(
            outcome ->
                holding.put(
                    Long.valueOf(outcome.getEventId()), Optional.ofNullable(outcome.getLabel())));
    return holding;
  }

  private Map<Long, Optional<Object>> folded() {
    Map<Long, Optional<Object>> folded = new TreeMap<>();
    rows.forEach(row -> folded.put(row.id(), fold(row)));
    return folded;
  }

  private static Map<Long, Optional<Object>> labelled(Map<Long, Optional<Object>> labels) {
    Map<Long, Optional<Object>> labelled = new TreeMap<>(labels);
    labelled.values().removeIf(Optional::isEmpty);
    return labelled;
  }

  /** The window of the readings is measured once in each role, as the library measures it. */
  private void assertFigures(List<Outcome> read, TestCluster cluster) {
    List<PerformanceMetric> metrics = new ArrayList<>();
    try (TopicReader reader = cluster.newReader(Topics.PERFORMANCE_METRICS)) {
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () -> {
                reader.readToEnd().stream()
                    .map(record -> codec.decode(record.value(), PerformanceMetric.class))
                    .filter(PerformanceMetric::getComplete)
                    .forEach(metrics::add);
                assertThat(metrics)
                    .filteredOn(metric -> metric.getMetric().equals("auc"))
                    .hasSizeGreaterThanOrEqualTo(2);
              });
    }
    for (String role : List.of("CHAMPION", "SHADOW")) {
      Map<Long, Outcome> last = new TreeMap<>();
      read.stream()
          .filter(outcome -> outcome.getRole().equals(role))
          .sorted(Comparator.comparing(Outcome::getRevision))
          .forEach(outcome -> last.put(Long.valueOf(outcome.getEventId()), outcome));
      List<Outcome> labelled =
          last.values().stream().filter(outcome -> outcome.getLabel() != null).toList();
      boolean[] labels = new boolean[labelled.size()];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = (Boolean) labelled.get(i).getLabel();
      }
      double[] scores = labelled.stream().mapToDouble(Outcome::getScore).toArray();
      assertThat(metrics)
          .filteredOn(metric -> metric.getRole().equals(role) && metric.getMetric().equals("auc"))
          .singleElement()
          .satisfies(
              metric -> {
                assertThat(metric.getScored()).isEqualTo(ROWS);
                assertThat(metric.getLabelled()).isEqualTo(labels.length);
                assertThat(metric.getMissing()).isEqualTo(ROWS - labels.length);
                assertThat(metric.getValue()).isEqualTo(Auc.of(scores, labels), within(1e-9));
              });
    }
  }

  private Optional<Object> fold(Row row) {
    return moves.stream()
        .filter(
            move ->
                move.market().equals(row.market())
                    && move.time() >= row.id()
                    && move.time() <= row.id() + 24 * HOUR)
        .max(Comparator.comparing(Move::time).thenComparing(Move::id))
        .map(Move::up);
  }
}
