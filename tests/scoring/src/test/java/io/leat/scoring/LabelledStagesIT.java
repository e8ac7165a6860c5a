package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.models.registry.Assignment;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.performance.PerformanceJob;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutObservation;
import io.leat.records.Score;
import io.leat.schemas.Topics;
import io.leat.scoring.rollouts.RolloutJob;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/**
 * Stages go by what scores cost once their labels are known: a version that does as well as the
 * champion becomes it, through kills of the service, and one that says the opposite goes back. A
 * bandit leaves such a version the least share, and each score has the share that it was drawn by.
 */
class LabelledStagesIT {
  private static final int LABELS = 400;
  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final String LABEL = "label: { field: price_up, on: reading_time, within: 1d }";
  private static final String ROLLOUT =
      """
      rollout:
        - { kind: shadow, min_labels: %d }
        - { kind: canary, weight: 50%%, min_labels: 100, guards: { loss: { margin: 30%% } } }
        - champion
      guards: { loss: { margin: 10%% } }
      """
          .formatted(LABELS);
  private static final String BANDIT =
      """
      rollout: [{ kind: bandit, period: 1s, floor: 6.25%, min_labels: 100 }, champion]
      """;
  private static final double FLOOR = 0.0625;
  private static final String MODEL = PriceModel.MODEL;

  private final Random random = new Random(7);
  private TestCluster cluster;
  private PriceModel price;
  private int events;
  private long time = 831_427_200_000L;

  @Test
  void aVersionAsGoodAsTheChampionBecomesItAndOneThatCostsMoreGoesBack() throws Exception {
    try (TestCluster started = TestCluster.shared()) {
      cluster = started;
      try (PriceModel made = new PriceModel(cluster, pipeline(ROLLOUT), random)) {
        price = made;
        publish(price.pipeline(), 1, true);
        publish(price.pipeline(), 2, true);
        publish(price.pipeline(), 3, false);
        try (TopicWriter writer = cluster.newWriter();
            ServiceProcess scoring = price.start(ScoringJob.class);
            ServiceProcess performance = price.start(PerformanceJob.class);
            ServiceProcess rollouts = price.start(RolloutJob.class)) {
          becomeTheChampion(writer, rollouts);
          goBack(writer);
          draw(writer);
        }
      }
    }
  }

  private Path pipeline(String rollout) throws IOException {
    Path copy = PriceModel.copyOfTheExample(cluster);
    PriceModel.replace(
        copy.resolve("services/price.yaml"), LABEL, LABEL.replace("1d", WITHIN.toMinutes() + "m"));
    Path model = copy.resolve("models/price/model.yaml");
    Files.writeString(model, Files.readString(model) + "\n" + rollout);
    return copy;
  }

  /** Learns that the label is whether the first feature is large, or the opposite. */
  private void publish(Pipeline declared, int number, boolean right) throws Exception {
    price.publish(
        price.pipeline(),
        number,
        Terms.of(declared.model(MODEL).orElseThrow(), true, Label.ONCE),
        values -> (values[0] > 0.5) == right);
  }

  private void becomeTheChampion(TopicWriter writer, ServiceProcess rollouts) {
    long shadow = price.begin(2);
    write(writer, LABELS / 2);
    pass(writer);
    rollouts.kill();
    write(writer, LABELS / 2 - 40); // pass wrote 40
    pass(writer);
    rollouts.restart();
    await(rollout -> rollout.getRevision() > shadow, "the shadow is passed", writer, 0);
    assertThat(price.audit("model.advance").get(0).getEvidence())
        .as("each vector counts once, whatever was killed")
        .element(1)
        .asString()
        .matches(
            "version: mean 0\\.\\d+ of %1$d scores with a label; champion: mean 0\\.\\d+ of %1$d"
                .formatted(LABELS));
    await(rollout -> rollout.getStage() == null, "the version is the champion", writer, 50);
    assertThat(price.models().view().champion(MODEL).orElseThrow().getNumber()).isEqualTo(2);
    assertThat(price.audit("model.advance"))
        .hasSize(2)
        .allSatisfy(
            event ->
                assertThat(event.getEvidence())
                    .last()
                    .asString()
                    .startsWith("loss: version less champion in ["));
    assertThat(price.read(Topics.ROLLOUT_OBSERVATIONS, RolloutObservation.class))
        .filteredOn(told -> told.getVersionLoss() != null && told.getChampionLoss() != null)
        .as("both scores of a vector count together, in the shadow alone")
        .hasSize(LABELS)
        .allSatisfy(told -> assertThat(told.getRollout()).isEqualTo(shadow));
  }

  private void goBack(TopicWriter writer) {
    long begun = price.begin(3);
    Rollout back =
        await(rollout -> rollout.getRevision() > begun, "the version goes back", writer, 50);
    assertThat(back.getStage()).isNull();
    assertThat(price.models().view().champion(MODEL).orElseThrow().getNumber()).isEqualTo(2);
    assertThat(price.audit("model.back"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getReason())
                    .startsWith("a guard tripped: loss: version less champion in [0."));
  }

  /** The version costs more, and nothing else is declared that would end its stage. */
  private void draw(TopicWriter writer) throws Exception {
    publish(PipelineReader.read(pipeline(BANDIT)), 4, false);
    long begun = price.begin(4);
    Rollout least =
        await(
            rollout -> rollout.getArms().get(1).getWeight() == FLOOR,
            "the version has the least share",
            writer,
            50);
    assertThat(least.getPeriod().getBegan()).isEqualTo(begun);
    assertThat(price.audit("model.reweigh")).isNotEmpty();
    price.awaitScores(least.getRevision(), 2 * LABELS, () -> write(writer, 100));
    assertScoresAreDrawnByTheirShares(begun, least.getRevision());
    price
        .models()
        .rollouts()
        .promote(new ModelReference(MODEL, "4"), Optional.empty(), PriceModel.WHY);
    long better = price.begin(2);
    await(rollout -> rollout.getStage() == null, "what costs less is the champion", writer, 50);
    assertThat(price.audit("model.advance"))
        .last()
        .satisfies(
            event -> {
              assertThat(event.getAfter()).contains("\"kind\": \"champion\"");
              assertThat(event.getEvidence())
                  .anyMatch(
                      line -> line.startsWith("bandit: the version costs less with a chance"));
            });
    assertThat(price.scores(better)).isNotEmpty();
  }

  private void assertScoresAreDrawnByTheirShares(long from, long to) {
    Map<Long, Rollout> rollouts = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        price.read("electricity-scoring-price-switches-changelog")) {
      Rollout rollout = price.codec().decode(record.value(), ModelSwitch.class).getRollout();
      rollouts.put(rollout.getRevision(), rollout);
    }
    Map<Long, Integer> counts = new TreeMap<>();
    Map<Long, Integer> versions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : price.read(Topics.scores(MODEL))) {
      Score score = price.codec().decode(record.value(), Score.class);
      if (score.getRollout() < from || score.getRollout() > to) {
        continue;
      }
      Rollout rollout = rollouts.get(score.getRollout());
      assertThat(rollout.getArms().stream().mapToDouble(RolloutArm::getWeight).sum()).isEqualTo(1);
      RolloutArm drawn = new Assignment(rollout).decides(record.key());
      assertThat(score.getModelNumber()).as("a replay draws alike").isEqualTo(drawn.getNumber());
      assertThat(score.getPropensity()).isEqualTo(drawn.getWeight());
      counts.merge(score.getRollout(), 1, Integer::sum);
      versions.merge(score.getRollout(), drawn.getRole() == ModelRole.CANARY ? 1 : 0, Integer::sum);
    }
    assertThat(counts).hasSizeGreaterThan(1);
    double share = (double) versions.get(to) / counts.get(to);
    double deviation = Math.sqrt(FLOOR * (1 - FLOOR) / counts.get(to));
    assertThat(share).as("%s of %s", versions, counts).isCloseTo(FLOOR, within(6 * deviation));
  }

  /**
   * @param more how many events are written each time that it is not so
   */
  private Rollout await(Predicate<Rollout> condition, String what, TopicWriter writer, int more) {
    return price.await(
        condition,
        what,
        () -> {
          if (more > 0) {
            write(writer, more);
            pass(writer);
          }
        });
  }

  /** Takes the stream beyond the time that labels may take, by events that are not old enough. */
  private void pass(TopicWriter writer) {
    time += WITHIN.toMillis();
    write(writer, 40);
  }

  private void write(TopicWriter writer, int count) {
    for (int i = 0; i < count; i++) {
      time += 100;
      events++;
      List<Object> values = price.values();
      byte[] key = ("m" + random.nextInt(1_000)).getBytes(UTF_8);
      GenericRecord reading =
          new GenericRecordBuilder(price.pipeline().contract("readings").orElseThrow().schema())
              .set("reading_time", time)
              .set("market", new String(key, UTF_8))
              .set("nsw_price", 0.0)
              .set("nsw_demand", 0.0)
              .set("vic_price", 0.0)
              .set("vic_demand", 0.0)
              .set("transfer", 0.0)
              .set("price_up", (double) values.get(0) > 0.5)
              .build();
      String valid = Topics.valid("readings");
      int schema = price.registry().register(Topics.valueSubject(valid), reading.getSchema());
      writer.send(new ProducerRecord<>(valid, key, price.codec().encode(schema, reading)));
      writer.send(price.vector(Long.toString(time), time, key, values, events));
    }
    writer.flush();
  }
}
