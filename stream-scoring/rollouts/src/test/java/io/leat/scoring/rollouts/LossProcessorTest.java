package io.leat.scoring.rollouts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.records.LogPosition;
import io.leat.records.LossKind;
import io.leat.records.ModelRole;
import io.leat.records.Outcome;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutLoss;
import io.leat.records.RolloutObservation;
import io.leat.records.RolloutPeriod;
import io.leat.records.RolloutPlan;
import io.leat.records.RolloutStage;
import io.leat.records.StageKind;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossProcessorTest {
  private static final String MODEL = "fraud";
  private static final Instant BEGIN = Instant.ofEpochSecond(1_000_000);
  private static final Duration AFTER = Duration.ofMinutes(10);
  private static final int CHAMPION = 1;
  private static final int VERSION = 2;

  @TempDir private java.nio.file.Path directory;
  private Optional<Rollout> rollout = Optional.empty();
  private RegistryClient registry;
  private AvroCodec codec;
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> outcomes;
  private TestOutputTopic<byte[], byte[]> observations;

  @BeforeEach
  void start() {
    registry = new RegistryClient("mock://losses-" + System.identityHashCode(this));
    codec = new AvroCodec(registry);
    Topology topology = new Topology();
    RolloutJob.addLosses(
        topology,
        MODEL,
        () ->
            new LossProcessor(
                MODEL, Duration.ofDays(1), () -> rollout, registry, RegistryRetry.none()));
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test-rollouts");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    driver = new TopologyTestDriver(topology, properties);
    outcomes =
        driver.createInputTopic(
            Topics.outcomes(MODEL), new ByteArraySerializer(), new ByteArraySerializer());
    observations =
        driver.createOutputTopic(
            Topics.ROLLOUT_OBSERVATIONS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void stage(StageKind kind, long revision, @Nullable RolloutPeriod period) {
    boolean paired = kind == StageKind.SHADOW;
    RolloutLoss loss = new RolloutLoss(LossKind.BRIER, null, AFTER.toMillis());
    RolloutStage stage = new RolloutStage(kind, 0.5, 0L, 0L, null, List.of(), 0L, loss, null);
    rollout =
        Optional.of(
            new Rollout(
                revision,
                "test",
                MODEL,
                List.of(
                    new RolloutArm(CHAMPION, "a", ModelRole.CHAMPION, paired ? 1 : 0.5),
                    new RolloutArm(
                        VERSION,
                        "b",
                        paired ? ModelRole.SHADOW : ModelRole.CANARY,
                        paired ? 0 : 0.5)),
                "test",
                BEGIN,
                new RolloutPlan(List.of(stage)),
                0,
                null,
                period));
  }

  private Outcome.Builder outcome(String event, int number, double score, long rollout) {
    return Outcome.newBuilder()
        .setModel(MODEL)
        .setModelVersion("v" + number)
        .setModelNumber(number)
        .setRole("any")
        .setRollout(rollout)
        .setStage(0)
        .setEventId(event)
        .setEventTime(BEGIN)
        .setScore(score)
        .setSource(new LogPosition("payments", 0, 0L))
        .setLabel(true)
        .setLabelTime(BEGIN.plusSeconds(1))
        .setKnownAt(BEGIN.plusSeconds(1));
  }

  private void send(Outcome.Builder outcome) {
    int schema =
        registry.register(Topics.valueSubject(Topics.outcomes(MODEL)), Outcome.getClassSchema());
    outcomes.pipeInput("e".getBytes(UTF_8), codec.encode(schema, outcome.build()));
  }

  /** A score that no stage has takes the stream to a time. */
  private void reach(Duration time) {
    send(outcome("clock", CHAMPION, 0, 0).setStage(null).setKnownAt(BEGIN.plus(time)));
    driver.advanceWallClockTime(RolloutProcessor.LOOKS);
  }

  private void assertThatNoRowIsLeft() {
    try (var rows = driver.<Object, Object>getKeyValueStore(LossProcessor.store(MODEL)).all()) {
      assertThat(rows).toIterable().isEmpty();
    }
  }

  private List<RolloutObservation> told() {
    return observations.readValuesToList().stream()
        .map(bytes -> codec.decode(bytes, RolloutObservation.class))
        .toList();
  }

  @Test
  void bothScoresOfAVectorCountTogetherAndOnceTheyAreOldEnough() {
    stage(StageKind.SHADOW, 5, null);
    send(outcome("a", CHAMPION, 0.5, 5));
    send(outcome("a", VERSION, 1, 5));
    send(outcome("b", CHAMPION, 0.5, 5));
    reach(AFTER.minusSeconds(1));
    assertThat(told()).isEmpty();

    reach(AFTER);
    assertThat(told())
        .extracting(
            RolloutObservation::getRollout,
            RolloutObservation::getVersionLoss,
            RolloutObservation::getChampionLoss)
        .containsExactly(tuple(5L, 0.0, 0.25));

    send(outcome("b", VERSION, 0, 5)); // later than most
    assertThat(told())
        .extracting(RolloutObservation::getVersionLoss, RolloutObservation::getChampionLoss)
        .containsExactly(tuple(1.0, 0.25));

    send(outcome("a", CHAMPION, 0.5, 5).setLabel(false).setRevision(1));
    send(outcome("a", VERSION, 1, 5).setLabel(false).setRevision(1));
    reach(AFTER.plusDays(2));
    send(outcome("c", CHAMPION, 0.5, 5));
    send(outcome("c", VERSION, 0.5, 5).setLabelTime(BEGIN.plus(AFTER).plusSeconds(1)));
    assertThat(told()).as("counted already, or with a label that came too late").isEmpty();
  }

  @Test
  void theLabelThatHeldThenCounts() {
    stage(StageKind.CANARY, 5, null);
    send(outcome("a", VERSION, 1, 5));
    send(outcome("a", VERSION, 1, 5).setLabel(false).setRevision(1));
    send(outcome("b", CHAMPION, 0.5, 5));
    send(outcome("c", CHAMPION, 0.5, 5).setLabel(null).setLabelTime(null));
    send(outcome("d", CHAMPION, 0.5, 5).setFallback("NULL_INPUT"));
    send(outcome("e", 7, 0.5, 5)); // neither of both versions
    reach(AFTER);

    assertThat(told())
        .extracting(RolloutObservation::getVersionLoss, RolloutObservation::getChampionLoss)
        .containsExactly(tuple(1.0, null), tuple(null, 0.25));
  }

  @Test
  void aLabelThatComesTooLateDoesNotTakeThePlaceOfTheOneThatHeld() {
    stage(StageKind.CANARY, 5, null);
    Instant late = BEGIN.plus(AFTER).plusSeconds(1);
    send(outcome("a", VERSION, 1, 5));
    send(outcome("a", VERSION, 1, 5).setLabel(false).setRevision(1).setLabelTime(late));
    reach(AFTER);

    assertThat(told()).extracting(RolloutObservation::getVersionLoss).containsExactly(0.0);
  }

  @Test
  void aScoreOfAShareThatIsNotKnownYetCountsOnceItIs() {
    stage(StageKind.CANARY, 5, null);
    reach(AFTER);
    send(outcome("a", VERSION, 1, 6));
    reach(AFTER.plusSeconds(1));
    assertThat(told()).isEmpty();

    stage(StageKind.CANARY, 6, new RolloutPeriod(5L, 1));
    reach(AFTER.plusSeconds(2));
    assertThat(told()).extracting(RolloutObservation::getRollout).containsExactly(5L);
  }

  @Test
  void whatIsForgottenIsNotCountedAgain() {
    stage(StageKind.CANARY, 5, null);
    Instant later = BEGIN.plus(Duration.ofDays(2));
    send(outcome("a", VERSION, 1, 5));
    reach(AFTER);
    assertThat(told()).hasSize(1);

    reach(Duration.ofDays(4));
    send(outcome("a", VERSION, 1, 5).setRevision(1));
    send(outcome("b", VERSION, 1, 5).setEventTime(later).setLabelTime(later));
    reach(Duration.ofDays(4).plusSeconds(1));
    assertThat(told()).as("b alone").hasSize(1);

    reach(Duration.ofDays(6));
    assertThat(told()).isEmpty();
    assertThatNoRowIsLeft();
  }

  @Test
  void whatIsOfARolloutThatIsNotKnownYetWaitsAndOfOneThatIsOverIsForgotten() {
    send(outcome("a", VERSION, 1, 5));
    reach(AFTER);
    stage(StageKind.CANARY, 5, null);
    send(outcome("b", VERSION, 1, 6));
    send(outcome("c", VERSION, 1, 4));
    reach(AFTER);
    assertThat(told()).extracting(RolloutObservation::getRollout).containsExactly(5L);

    stage(StageKind.CANARY, 6, new RolloutPeriod(5L, 1));
    reach(AFTER.plusSeconds(1));
    assertThat(told()).extracting(RolloutObservation::getRollout).containsExactly(5L);

    send(outcome("d", VERSION, 1, 6).setEventTime(BEGIN.plusSeconds(60)));
    stage(StageKind.CANARY, 8, null);
    reach(AFTER.plusMinutes(5));
    assertThat(told()).isEmpty();
    assertThatNoRowIsLeft();
  }
}
