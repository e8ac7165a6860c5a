package io.leat.drift.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.drift.ColumnValues;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.QualityState;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.drift.VectorOrigin;
import io.leat.drift.WindowSummary;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.runtime.flink.LocalCluster;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.testing.ServiceProcess;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job in a process of its own, against a real broker and registry, killed twice. What it wrote
 * is compared record by record with what the engine says of the same vectors.
 */
@ExtendWith(SharedCluster.class)
class DriftJobIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DAY = 24 * HOUR;
  private static final int PARTITIONS = 2;
  private static final long TRAINED_DAYS = 60;
  private static final long CHANGE = 75;
  private static final long CHANGED_BACK = 85;
  private static final long END = 100;

  /** From when on prices are missing, and until when. */
  private static final long BREAKS = 64;

  private static final long MENDED = 68;

  /** Near seeds give near numbers; the golden ratio's bits spread them. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final String VECTORS = Topics.features("prices");
  private static final String SCORES = Topics.scores("price");
  private static final int CHAMPION = 3;
  private static final String DEAD_LETTERS = "prices-drift.dlq";
  private static final String REFUSED = Topics.deadLetters("readings");

  /** On the days from here to the next many events are refused. */
  private static final long REFUSES = 66;

  private static final int REFUSED_A_DAY = 20;

  private final TestCluster cluster;

  @TempDir private Path folder = Path.of(".");

  DriftJobIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  /** Two readings an hour, one a partition. */
  private record Reading(
      long time, int partition, double price, double neighbour, String region, double score) {
    ColumnValues row() {
      ColumnValues row = ColumnValues.nulls(3, new String[] {region});
      row.put(0, priceOrReason());
      row.put(1, neighbour);
      row.put(2, region);
      return row;
    }

    /** The same, without its price. */
    Reading broken() {
      return new Reading(time, partition, Double.NaN, neighbour, region, score);
    }

    Object priceOrReason() {
      return Double.isNaN(price) ? NullReason.NULL_IN_EVENT : price;
    }

    String id() {
      return time + "-" + partition;
    }

    @Nullable String decision() {
      return score > 0.5 ? "high" : null;
    }
  }

  private static List<Reading> readings(long fromDay, long untilDay) {
    List<Reading> readings = new ArrayList<>();
    for (long hour = fromDay * 24; hour < untilDay * 24; hour++) {
      Random random = new Random(hour * SPREAD);
      boolean changed = hour >= CHANGE * 24 && hour < CHANGED_BACK * 24;
      for (int partition = 0; partition < PARTITIONS; partition++) {
        readings.add(
            new Reading(
                hour * HOUR + partition,
                partition,
                random.nextGaussian(),
                changed ? random.nextDouble() : 0.25,
                random.nextInt(3) == 0 ? "north" : changed ? "west" : "south",
                changed ? random.nextDouble() : random.nextDouble() * 0.6));
      }
    }
    return readings;
  }

  @Test
  void everyWindowIsMeasuredAndEveryAlertReportedOnceThroughKills() throws Exception {
    Pipeline pipeline = pipelineWithProfile();
    DriftDetector detector =
        new DriftDetector(
            pipeline.monitors().get(0), ReferenceProfile.read(pipeline.models().get(0)));
    createTopics();
    try (JobUnderKills job = new JobUnderKills(cluster, folder.resolve("state"));
        Vectors vectors = new Vectors(cluster, pipeline.services().get(0));
        TopicReader metricReader = cluster.newReader(Topics.DRIFT_METRICS);
        TopicReader alertReader = cluster.newReader(Topics.DRIFT_ALERTS);
        TopicReader deadLetterReader = cluster.newReader(DEAD_LETTERS)) {

      vectors.sendOfAnotherDefinition(TRAINED_DAYS * DAY);
      vectors.sendRefused();
      vectors.send(readings(TRAINED_DAYS, 70));
      vectors.sendGarbage();
      List<ConsumerRecord<byte[], byte[]>> metrics = new ArrayList<>(job.await(metricReader, 1));
      job.kill();
      vectors.send(readings(70, CHANGE + 3));
      job.restart();
      List<ConsumerRecord<byte[], byte[]>> alerts = new ArrayList<>(job.await(alertReader, 1));
      job.kill();
      vectors.sendLate(TRAINED_DAYS * DAY);
      vectors.send(readings(CHANGE + 3, END));
      job.restart();

      Reported expected = expected(detector, readings(TRAINED_DAYS, END - 1), TRAINED_DAYS * DAY);
      int late = 1;
      metrics.addAll(job.await(metricReader, expected.metrics().size() + late - metrics.size()));
      alerts.addAll(job.await(alertReader, expected.alerts().size() - alerts.size()));
      job.stop();
      metrics.addAll(metricReader.readToEnd());
      alerts.addAll(alertReader.readToEnd());

      AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
      assertThat(decode(codec, metrics, DriftMetric.class))
          .filteredOn(metric -> !metric.getMetric().equals("vectors"))
          .containsExactlyElementsOf(expected.metrics());
      assertThat(expected.metrics())
          .extracting(DriftMetric::getFeature, DriftMetric::getMetric, DriftMetric::getSegment)
          .contains(
              tuple("event.region", "js_base2", null),
              tuple("event.price", "ks", "region=north"),
              tuple("decision", "js_base2", null));
      assertThat(expected.alerts())
          .extracting(DriftAlert::getMetric)
          .contains("dead_letter_share", "other_definition_share");
      assertThat(decode(codec, metrics, DriftMetric.class))
          .filteredOn(metric -> metric.getMetric().equals("vectors"))
          .extracting(DriftMetric::getLate)
          .containsExactly(1L);
      assertThat(decode(codec, alerts, DriftAlert.class))
          .containsExactlyElementsOf(expected.alerts())
          .satisfies(
              all ->
                  assertThat(all)
                      .flatExtracting(DriftAlert::getStreams)
                      .extracting(DriftedStream::getFeature)
                      .contains("event.neighbour")
                      .containsAnyOf("event.region", "score", "decision"))
          .extracting(DriftAlert::getState)
          .startsWith(io.leat.records.AlertState.OPEN)
          .endsWith(io.leat.records.AlertState.CLOSED);
      assertThat(metrics).extracting(record -> text(record.key())).containsOnly("price");
      assertThat(alerts).extracting(record -> text(record.key())).containsOnly("price");
      List<ConsumerRecord<byte[], byte[]>> deadLetters = deadLetterReader.readToEnd();
      assertThat(deadLetters)
          .isNotEmpty()
          .allSatisfy(record -> assertThat(text(record.value())).isEqualTo("garbage"));
      System.out.printf(
          "%d metrics, %d alerts, killed twice: none lost, none twice; first alert: %s%n",
          metrics.size(), alerts.size(), expected.alerts().get(0).getMessage());
    }
  }

  @Test
  void nullsAreOneIncidentThatTheDriftOfTheirColumnBeginsAndEndsWithAlsoWhenTheLogIsReadAgain()
      throws Exception {
    Pipeline pipeline = pipelineWithProfile();
    List<Reading> readings = new ArrayList<>();
    for (Reading reading : readings(TRAINED_DAYS, CHANGE)) {
      long day = reading.time() / DAY;
      boolean isBroken = day >= BREAKS && day < MENDED && reading.time() / HOUR % 5 < 2;
      readings.add(isBroken ? reading.broken() : reading);
    }
    Reported expected =
        expected(
            new DriftDetector(
                pipeline.monitors().get(0), ReferenceProfile.read(pipeline.models().get(0))),
            readings.stream().filter(one -> one.time() < (CHANGE - 1) * DAY).toList(),
            -1);

    List<DriftAlert> alerts = alertsOfAFreshJob(pipeline, readings, expected.alerts().size());

    assertThat(alerts)
        .isEqualTo(expected.alerts())
        .extracting(alert -> alert.getKind() + " " + alert.getState())
        .containsSubsequence(
            "data_quality OPEN", "drift OPEN", "drift CLOSED", "data_quality CLOSED");
    assertThat(alerts.get(0).getFeature()).isEqualTo("event.price");
    assertThat(alerts.get(0).getMessage())
        .contains("of 48 values of event.price are null (null_in_event)");
    assertThat(alerts)
        .filteredOn(alert -> alert.getKind().equals("data_quality"))
        .extracting(DriftAlert::getAlertId)
        .hasSizeGreaterThanOrEqualTo(2)
        .containsOnly(alerts.get(0).getAlertId());
    assertThat(alerts.get(0).getWindowStart())
        .isBetween(Instant.ofEpochMilli(BREAKS * DAY), Instant.ofEpochMilli((BREAKS + 3) * DAY));
    assertThat(alertsOfAFreshJob(pipeline, readings, alerts.size())).isEqualTo(alerts);
  }

  @Test
  void windowsThatSlideAndThoseByCountAreTheSameThroughAKillAndWhenTheLogIsReadAgain()
      throws Exception {
    Pipeline pipeline =
        pipelineWithProfile(
            Map.of(
                "price",
                """
                monitor: price
                watches: price
                window: 3d
                every: 1d
                features: [event.region]
                embeddings: [ { pair: [event.price, event.neighbour] } ]
                minimum_events: 24
                quality: { measures: [] }
                """,
                "counted",
                """
                monitor: counted
                watches: price
                window: 99 events
                every: 1h
                minimum_events: 24
                """));
    Map<String, Integer> measured = new HashMap<>();
    for (Monitor monitor : pipeline.monitors()) {
      DriftDetector detector =
          new DriftDetector(monitor, ReferenceProfile.read(pipeline.models().get(0)));
      assertThat(detector.isSequential()).isTrue();
      measured.put(monitor.name(), detector.thresholds().size());
    }
    int days = (int) (END - 1 - TRAINED_DAYS);
    int hoursOfCounted = 50;
    int hours = (int) (24 * (END - TRAINED_DAYS)) - 2; // the newest is open, and an hour's lateness
    int counted = hours / hoursOfCounted;
    int count = days * measured.get("price") + counted * measured.get("counted");

    List<DriftMetric> metrics = metricsOfAFreshJob(pipeline, count, true);

    assertThat(metrics)
        .filteredOn(metric -> metric.getMonitor().equals("price"))
        .filteredOn(metric -> metric.getMetric().equals("centroid_shift"))
        .hasSize(days)
        .last()
        .satisfies(
            metric -> {
              assertThat(metric.getFeature()).isEqualTo("pair");
              assertThat(metric.getEvents()).isEqualTo(3 * 48);
              assertThat(metric.getWindowStart()).isEqualTo(Instant.ofEpochMilli(96 * DAY));
              assertThat(metric.getWindowEnd()).isEqualTo(Instant.ofEpochMilli(99 * DAY));
              assertThat(metric.getEvidence()).as("99 days are 33 windows").isNotNull();
            });
    assertThat(metrics)
        .filteredOn(metric -> metric.getMonitor().equals("price"))
        .filteredOn(metric -> metric.getMetric().equals("centroid_shift"))
        .extracting(metric -> metric.getEvidence() != null)
        .startsWith(false, false, true, false, false, true);
    assertThat(metrics)
        .filteredOn(metric -> metric.getMonitor().equals("counted"))
        .hasSize(counted * measured.get("counted"))
        .allSatisfy(
            metric -> {
              assertThat(metric.getEvents()).as("50 hours, of 99 at least").isEqualTo(100);
              assertThat(Duration.between(metric.getWindowStart(), metric.getWindowEnd()).toHours())
                  .isEqualTo(hoursOfCounted);
            });
    assertThat(metricsOfAFreshJob(pipeline, count, false))
        .containsExactlyInAnyOrderElementsOf(metrics);
  }

  /** What a job without a state measures of all readings in empty topics. */
  private List<DriftMetric> metricsOfAFreshJob(Pipeline pipeline, int count, boolean kill)
      throws Exception {
    createTopics();
    try (JobUnderKills job =
            new JobUnderKills(cluster, Files.createTempDirectory(folder, "state"));
        Vectors vectors = new Vectors(cluster, pipeline.services().get(0));
        TopicReader metricReader = cluster.newReader(Topics.DRIFT_METRICS)) {
      List<ConsumerRecord<byte[], byte[]>> metrics = new ArrayList<>();
      if (kill) {
        vectors.send(readings(TRAINED_DAYS, 75));
        metrics.addAll(job.await(metricReader, 1));
        job.kill();
        vectors.send(readings(75, END));
        job.restart();
      } else {
        vectors.send(readings(TRAINED_DAYS, END));
      }
      metrics.addAll(job.await(metricReader, count - metrics.size()));
      job.stop();
      metrics.addAll(metricReader.readToEnd());
      return decode(new AvroCodec(cluster.newRegistryClient()), metrics, DriftMetric.class);
    }
  }

  /** What a job without a state says of readings in empty topics. */
  private List<DriftAlert> alertsOfAFreshJob(Pipeline pipeline, List<Reading> readings, int count)
      throws Exception {
    createTopics();
    try (JobUnderKills job =
            new JobUnderKills(cluster, Files.createTempDirectory(folder, "state"));
        Vectors vectors = new Vectors(cluster, pipeline.services().get(0));
        TopicReader alertReader = cluster.newReader(Topics.DRIFT_ALERTS)) {
      vectors.send(readings);
      List<ConsumerRecord<byte[], byte[]>> alerts = new ArrayList<>(job.await(alertReader, count));
      job.stop();
      alerts.addAll(alertReader.readToEnd());
      return decode(new AvroCodec(cluster.newRegistryClient()), alerts, DriftAlert.class);
    }
  }

  private void createTopics() throws Exception {
    cluster.clear();
    cluster.createTopic(VECTORS, PARTITIONS, Map.of());
    cluster.createTopic(Topics.MODEL_REGISTRY, 1, Map.of("cleanup.policy", "compact"));
    cluster.createTopic(SCORES, PARTITIONS, Map.of());
    Stream.of(Topics.DRIFT_METRICS, Topics.DRIFT_ALERTS, DEAD_LETTERS, REFUSED)
        .forEach(topic -> cluster.createTopic(topic, 1, Map.of()));
    scoringHasReadAll();
  }

  /** Windows wait for the scores of what lies in the topic; here nobody is behind. */
  private void scoringHasReadAll() throws Exception {
    Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      read.put(new TopicPartition(VECTORS, partition), new OffsetAndMetadata(1_000_000));
    }
    try (Admin admin = cluster.newAdmin()) {
      admin.alterConsumerGroupOffsets("prices-scoring", read).all().get();
    }
  }

  @Test
  void anAbsentProfileIsOneClearSentence() throws Exception {
    Pipeline pipeline = copyOfPipeline();
    Path log = folder.resolve("job.log");
    cluster.clear();
    JvmProcess.Command command =
        command(cluster.bootstrapServers(), cluster.registryUrl(), folder.resolve("state"), log);

    try (JvmProcess process = JvmProcess.start(command)) {
      org.awaitility.Awaitility.await().atMost(TIMEOUT).until(() -> !process.isAlive());
    }

    assertThat(Files.readString(log))
        .contains(
            "The drift job cannot watch model price: There is no reference profile at %s; `leat train` writes it beside the model."
                .formatted(pipeline.models().get(0).referenceProfile()));
  }

  private static <T extends SpecificRecordBase> List<T> decode(
      AvroCodec codec, List<ConsumerRecord<byte[], byte[]>> records, Class<T> type) {
    return records.stream().map(record -> codec.decode(record.value(), type)).toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private record Reported(List<DriftMetric> metrics, List<DriftAlert> alerts) {}

  /**
   * What the engine alone says.
   *
   * @param other time of a vector of another definition; negative where there is none, and no dead
   *     letter
   */
  private static Reported expected(DriftDetector detector, List<Reading> readings, long other) {
    TreeMap<Long, WindowSummary> windows = new TreeMap<>();
    for (Reading reading : readings) {
      windows
          .computeIfAbsent(detector.windowStart(reading.time()), start -> detector.newWindow())
          .add(reading.row(), VectorOrigin.of(reading.id(), 0));
      windows
          .get(detector.windowStart(reading.time()))
          .addScore(CHAMPION, ColumnValues.of(reading.score(), reading.decision()));
    }
    if (other >= 0) {
      windows.get(detector.windowStart(other)).addOther("prices@1 (another)");
      for (long day = REFUSES; day <= REFUSES + 1; day++) {
        windows.get(day * DAY).addDeadLetters(REFUSED_A_DAY);
      }
    }
    Reported reported = new Reported(new ArrayList<>(), new ArrayList<>());
    DetectorState state = new DetectorState();
    QualityState quality = new QualityState();
    windows.forEach(
        (start, window) -> {
          DriftDetector.Verdict verdict = detector.evaluate(start, window, state, quality);
          reported.metrics().addAll(verdict.metrics());
          reported.alerts().addAll(verdict.alerts());
        });
    return reported;
  }

  private Pipeline copyOfPipeline() throws Exception {
    return copyOfPipeline(Map.of());
  }

  /**
   * @param monitors those that it has beside its own, or in its place, by the names of their files
   */
  private Pipeline copyOfPipeline(Map<String, String> monitors) throws Exception {
    Path source =
        Path.of(System.getProperty("leat.project"), "tests/flink/src/test/resources/prices");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path target = folder.resolve("prices").resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    // Nobody scores here; the reader asks only that a model is there.
    Files.write(folder.resolve("prices/models/price/model.onnx"), new byte[] {1});
    for (Map.Entry<String, String> monitor : monitors.entrySet()) {
      Files.writeString(
          folder.resolve("prices/monitors/" + monitor.getKey() + ".yaml"), monitor.getValue());
    }
    return PipelineReader.read(folder.resolve("prices"));
  }

  private Pipeline pipelineWithProfile() throws Exception {
    return pipelineWithProfile(Map.of());
  }

  private Pipeline pipelineWithProfile(Map<String, String> monitors) throws Exception {
    Pipeline pipeline = copyOfPipeline(monitors);
    Model model = pipeline.models().get(0);
    ReferenceProfileBuilder builder = ReferenceProfileBuilder.of(pipeline, model);
    for (Reading r : readings(0, TRAINED_DAYS)) {
      builder.add(r.time(), List.of(r.price(), r.neighbour(), r.region()));
      Map<String, @Nullable Object> said = new HashMap<>();
      said.put(Monitor.SCORE, r.score());
      said.put(Monitor.DECISION, r.decision());
      builder.addScore(r.time(), said);
    }
    builder.build().write(model.referenceProfile());
    return pipeline;
  }

  private JvmProcess.Command command(
      String bootstrapServers, String registryUrl, Path state, Path log) {
    return JvmProcess.Command.of(
            "drift",
            ServiceProcess.testClassPath(),
            LocalCluster.class.getName(),
            List.of(
                "--pipeline",
                folder.resolve("prices").toString(),
                "--bootstrap-servers",
                bootstrapServers,
                "--registry-url",
                registryUrl,
                "--state-dir",
                state.toString(),
                "--checkpoint-interval",
                "1s",
                "--rest-port",
                "0",
                "--metrics-port",
                "0",
                DriftJob.class.getName()),
            log)
        .withJvmOptions(
            "-Xmx512m", "@" + LeatHome.find().directory().resolve("lib/flink/jvm.options"));
  }

  /** The job's process, and the same again after it was killed. */
  private final class JobUnderKills implements AutoCloseable {
    private final JvmProcess.Command command;
    private JvmProcess process;

    JobUnderKills(TestCluster cluster, Path state) {
      command =
          command(
              cluster.bootstrapServers(),
              cluster.registryUrl(),
              state,
              Path.of("target", "drift-job-it.log"));
      process = JvmProcess.start(command);
    }

    /** Waits for so many more records, as long as the job lives. */
    List<ConsumerRecord<byte[], byte[]>> await(TopicReader reader, int count) {
      return reader.await(
          records -> {
            assertThat(process.isAlive()).as("the job runs; see %s", command.logFile()).isTrue();
            return records.size() >= count;
          },
          count + " records",
          TIMEOUT);
    }

    void kill() {
      process.kill();
    }

    void restart() {
      process = JvmProcess.start(command);
    }

    void stop() {
      process.stop();
    }

    @Override
    public void close() {
      if (process.isAlive()) {
        process.kill();
      }
    }
  }

  /** Writes vectors as the feature store does. */
  private static final class Vectors implements AutoCloseable {
    private final FeatureService service;
    private final TopicWriter writer;
    private final AvroCodec codec;
    private final int schemaId;
    private final int scoreSchemaId;

    Vectors(TestCluster cluster, FeatureService service) {
      RegistryClient registry = cluster.newRegistryClient();
      this.service = service;
      this.writer = cluster.newWriter();
      this.codec = new AvroCodec(registry);
      this.schemaId =
          registry.register(
              Topics.valueSubject(VECTORS), FeatureVectorSchema.of(service.featureNames()));
      this.scoreSchemaId = registry.register(Topics.valueSubject(SCORES), Score.getClassSchema());
    }

    void send(List<Reading> readings) {
      for (Reading reading : readings) {
        send(reading, service.definition());
        sendScore(reading, CHAMPION, "CHAMPION");
        sendScore(reading, CHAMPION + 1, "CANARY"); // whose scores are nobody's business here
      }
      writer.flush();
    }

    void sendOfAnotherDefinition(long time) {
      send(new Reading(time, 0, 1e6, 1e6, "south", 1), "another");
    }

    void sendRefused() {
      for (long day = REFUSES; day <= REFUSES + 1; day++) {
        for (int i = 0; i < REFUSED_A_DAY; i++) {
          ProducerRecord<byte[], byte[]> record =
              new ProducerRecord<>(REFUSED, 0, null, "refused".getBytes(UTF_8));
          RecordHeaders.set(
              record.headers(), RecordHeaders.PARTITION_TIME, "" + (day * DAY + i * HOUR));
          writer.send(record);
        }
      }
    }

    void sendLate(long time) {
      send(new Reading(time, 1, 1e6, 1e6, "south", 1), service.definition());
    }

    void sendGarbage() {
      writer.send(new ProducerRecord<>(VECTORS, 0, null, "garbage".getBytes(UTF_8)));
    }

    private void send(Reading reading, String definition) {
      List<Object> values = List.of(reading.priceOrReason(), reading.neighbour(), reading.region());
      FeatureVector vector =
          new FeatureVector(
              service.name(),
              service.version(),
              definition,
              reading.id(),
              Instant.ofEpochMilli(reading.time()),
              Map.of(),
              NullReason.plain(values),
              new LogPosition("readings", reading.partition(), 0L),
              NullReason.codes(values),
              null);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(VECTORS, reading.partition(), null, codec.encode(schemaId, vector));
      RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, "" + reading.time());
      writer.send(record);
    }

    private void sendScore(Reading reading, int version, String role) {
      Score score =
          Score.newBuilder()
              .setModel("price")
              .setModelVersion("1")
              .setModelNumber(version)
              .setRole(role)
              .setEventId(reading.id())
              .setEventTime(Instant.ofEpochMilli(reading.time()))
              .setScore(reading.score())
              .setDecision(reading.decision())
              .setService(service.name())
              .setServiceVersion(service.version())
              .setDefinition(service.definition())
              .setVector(new LogPosition(VECTORS, reading.partition(), 0L))
              .setSource(new LogPosition("readings", reading.partition(), 0L))
              .build();
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              SCORES, reading.partition(), null, codec.encode(scoreSchemaId, score));
      RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, "" + reading.time());
      writer.send(record);
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
