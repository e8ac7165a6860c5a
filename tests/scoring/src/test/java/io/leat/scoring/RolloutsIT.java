package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
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
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * A version goes from shadow to champion by the stages that its model declares, through a kill of
 * the service that decides; one that fails goes back; as the champion it leaves what it cannot
 * score to the one before. What is decided of is what the stream made: every vector once.
 */
class RolloutsIT {
  private static final int SHADOWED = 400;
  private static final String ROLLOUT =
      """
      rollout:
        - { kind: shadow, min_events: %d }
        - { kind: canary, weight: 30%%, min_events: 100 }
        - { kind: blue_green, min_events: 100 }
        - champion
      guards: { unscored: { margin: 20%% }, failures_in_a_row: 100 }
      fallback: previous
      """
          .formatted(SHADOWED);
  private static final String NULLS = "nulls: { default: 0 }\n";
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String MODEL = PriceModel.MODEL;

  private final Random random = new Random(7);
  private TestCluster cluster;
  private PriceModel price;
  private int vectors;
  private long withFallback;
  private Rollout promoted;

  @Test
  void aVersionGoesThroughItsStagesAndOneThatFailsGoesBack() throws Exception {
    try (TestCluster started = TestCluster.shared()) {
      cluster = started;
      try (PriceModel made = new PriceModel(cluster, pipeline(NULLS), random)) {
        price = made;
        publish(price.pipeline(), 1);
        publish(price.pipeline(), 2);
        publish(PipelineReader.read(pipeline("")), 3);
        try (TopicWriter writer = cluster.newWriter();
            ServiceProcess scoring = price.start(ScoringJob.class);
            ServiceProcess rollouts = price.start(RolloutJob.class)) {
          goThroughTheStages(writer, rollouts);
          goBack(writer);
          standIn(writer);
        }
      }
      assertEachVectorOnce();
      assertScoresAndObservationsOfThePositions();
    }
  }

  private Path pipeline(String nulls) throws IOException {
    Path copy = PriceModel.copyOfTheExample(cluster);
    PriceModel.replace(copy.resolve("models/price/model.yaml"), NULLS, nulls + "\n" + ROLLOUT);
    return copy;
  }

  private void publish(Pipeline pipeline, int number) throws Exception {
    price.publish(
        pipeline,
        number,
        Terms.of(pipeline.model(MODEL).orElseThrow(), true, Label.ONCE),
        values -> random.nextBoolean());
  }

  private void goThroughTheStages(TopicWriter writer, ServiceProcess rollouts) {
    long shadow = price.begin(2);
    write(writer, SHADOWED / 2);
    rollouts.kill();
    write(writer, SHADOWED / 2 - 1);
    rollouts.restart();
    write(writer, 1);
    await(
        rollout -> rollout.getRevision() > shadow, "the stage of the shadow is passed", writer, 0);
    assertThat(price.audit("model.advance").get(0).getEvidence().get(0))
        .as("every vector counts once, whatever was killed")
        .isEqualTo(
            "version: 0 of %d vectors without a score; champion: 0 of %d"
                .formatted(SHADOWED, SHADOWED));
    promoted =
        await(rollout -> rollout.getStage() == null, "the version is the champion", writer, 50);
    assertThat(promoted.getArms()).extracting(RolloutArm::getNumber).containsExactly(2, 1);
    assertThat(promoted.getArms().get(1).getRole()).isEqualTo(ModelRole.FALLBACK);
    assertThat(price.audit("model.advance"))
        .hasSize(3)
        .allSatisfy(
            event -> {
              assertThat(event.getActor()).isEqualTo("electricity-rollouts");
              assertThat(event.getReason()).isEqualTo("the stage is passed");
              assertThat(event.getEvidence()).hasSize(3);
              assertThat(event.getEvidence().get(1))
                  .startsWith("unscored: version less champion in [");
            });
  }

  /** The third version has no default for a null, which half of the vectors have. */
  private void goBack(TopicWriter writer) {
    long begun = price.begin(3);
    Rollout back =
        await(rollout -> rollout.getRevision() > begun, "the version goes back", writer, 50);
    assertThat(back.getStage()).isNull();
    assertThat(back.getArms()).isEqualTo(promoted.getArms());
    assertThat(price.audit("model.back"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getReason())
                    .startsWith("a guard tripped: unscored: version less champion in ["));
  }

  /** As the champion, the same version leaves what it cannot score to the one before it. */
  private void standIn(TopicWriter writer) {
    withFallback =
        price
            .models()
            .rollouts()
            .promote(new ModelReference(MODEL, "3"), Optional.of(2), PriceModel.WHY)
            .getRollout()
            .getRevision();
    price.awaitScores(withFallback, 2 * SHADOWED, () -> write(writer, 100));
  }

  private static boolean hasNull(Score score) {
    return Integer.parseInt(score.getEventId().substring(1)) % 2 == 0;
  }

  /**
   * @param more how many vectors are written each time that it is not so
   */
  private Rollout await(Predicate<Rollout> condition, String what, TopicWriter writer, int more) {
    return price.await(condition, what, () -> write(writer, more));
  }

  private void write(TopicWriter writer, int count) {
    for (int i = 0; i < count; i++) {
      List<Object> values = price.values();
      if (vectors % 2 == 0) {
        values.set(0, null);
      }
      byte[] key = ("m" + random.nextInt(1_000)).getBytes(UTF_8);
      writer.send(price.vector("e" + vectors, 831_427_200_000L + vectors, key, values, vectors));
      vectors++;
    }
    writer.flush();
  }

  private void assertEachVectorOnce() {
    ExactlyOnceReport report =
        new ExactlyOnceChecker(cluster.bootstrapServers())
            .input(PriceModel.FEATURES, ExactlyOnceChecker::eventId)
            .output(Topics.scores(MODEL), ExactlyOnceChecker::eventId)
            .output(Topics.unscored(MODEL), ExactlyOnceChecker::eventId)
            .drainedBy("electricity-scoring")
            .check(TIMEOUT);
    report.assertExact();
    assertThat(report.outputs()).isEqualTo(vectors);
  }

  private void assertScoresAndObservationsOfThePositions() {
    Map<Integer, NavigableMap<Long, Rollout>> positions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        price.read("electricity-scoring-price-switches-changelog")) {
      ModelSwitch gone = price.codec().decode(record.value(), ModelSwitch.class);
      positions
          .computeIfAbsent(record.partition(), partition -> new TreeMap<>())
          .put(gone.getOffset(), gone.getRollout());
    }
    Map<Long, Integer> inStage = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : price.read(Topics.scores(MODEL))) {
      Score score = price.codec().decode(record.value(), Score.class);
      Rollout rollout =
          positions
              .get(score.getVector().getPartition())
              .floorEntry(score.getVector().getOffset())
              .getValue();
      assertThat(score.getRollout()).isEqualTo(rollout.getRevision());
      assertThat(score.getStage()).isEqualTo(rollout.getStage());
      if (rollout.getStage() != null) {
        inStage.merge(rollout.getRevision(), 1, Integer::sum);
      }
    }
    Map<Long, Integer> observed = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : price.read(Topics.ROLLOUT_OBSERVATIONS)) {
      RolloutObservation observation =
          price.codec().decode(record.value(), RolloutObservation.class);
      observed.merge(observation.getRollout(), 1, Integer::sum);
    }
    assertThat(inStage).hasSize(4);
    assertThat(price.scores(withFallback))
        .allSatisfy(
            score -> {
              assertThat(score.getRole()).isEqualTo(hasNull(score) ? "FALLBACK" : "CHAMPION");
              assertThat(score.getModelNumber()).isEqualTo(hasNull(score) ? 2 : 3);
              assertThat(score.getFallback()).isEqualTo(hasNull(score) ? "NULL_INPUT" : null);
            });
    assertThat(price.scores(withFallback).filter(RolloutsIT::hasNull))
        .hasSizeGreaterThan(SHADOWED / 2);
    positions.values().stream()
        .flatMap(partition -> partition.values().stream())
        .filter(rollout -> rollout.getStage() != null)
        .distinct()
        .forEach(
            rollout ->
                assertThat(observed.get(rollout.getRevision()))
                    .as("observations of %s", rollout)
                    .isEqualTo(
                        inStage.get(rollout.getRevision())
                            * (rollout.getKind().equals("canary") ? 1 : 2)));
  }
}
