package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.models.registry.RolloutChanges;
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.definition.Fallback;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.Rollout;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.RolloutLoader;
import io.leat.scoring.engine.RolloutScorer;
import io.leat.scoring.engine.RolloutScorer.Answer;
import io.leat.scoring.engine.Scores;
import io.leat.testing.ExactlyOnceChecker;
import io.leat.testing.ExactlyOnceReport;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rollouts while vectors flow: three processes, six partitions, processes that are killed and come
 * back, and others that join in their place. Which rollout scored is what the positions say, each
 * vector has one outcome, and scored again by the positions each score has the same bytes.
 */
@ExtendWith(SharedCluster.class)
class ModelSwapIT {
  private static final int SWAPS = Integer.getInteger("leat.swaps", Soak.times(20, 1_000));
  private static final int VECTORS_AT_ONCE = 100;

  /** How often scores are looked for before more vectors are written. */
  private static final int POLLS = 5;

  private static final int VERSIONS = 4;
  private static final int PARTITIONS = 6;
  private static final int KILL_EVERY = 5;

  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final String MODEL = PriceModel.MODEL;
  private static final String FEATURES = PriceModel.FEATURES;
  private static final String SCORES = Topics.scores(MODEL);
  private static final String SHADOW_SCORES = Topics.shadowScores(MODEL);
  private static final String UNSCORED = Topics.unscored(MODEL);
  private static final String SWITCHES = "electricity-scoring-price-switches-changelog";

  private final Random random = new Random(Soak.seed());
  private final List<ModelVersion> versions = new ArrayList<>();
  private final List<Long> swapped = new ArrayList<>();

  /** Kilobytes after each swap. */
  private final List<Long> resident = new ArrayList<>();

  private PriceModel price;
  private AvroCodec codec;
  private int champion;
  private int vectors;

  @Test
  void versionsAreSwappedWhileVectorsFlowAndTheRecordedPositionsTellEachScore(TestCluster cluster)
      throws Exception {
    cluster.clear();
    try (PriceModel made = new PriceModel(cluster, withMorePartitions(cluster), random)) {
      price = made;
      codec = price.codec();
      publishVersions();
      swapWhileVectorsFlow(cluster);
      assertEachVectorOnce(cluster);
      assertScoresOfThePositions();
      assertNativeMemoryIsSteady();
      ScoreReplay.Report replayed =
          new ScoreReplay(price.kafka(), codec, price.store(), "electricity-scoring", MODEL)
              .run("price", Optional.empty(), Optional.empty(), Long.MAX_VALUE / 2);
      assertThat(replayed.examples()).isEmpty();
      assertThat(replayed.vectors()).isEqualTo(vectors);
      assertThat(replayed.same() + replayed.unscored()).isEqualTo(vectors);
      assertThat(replayed.same()).isPositive();
    }
  }

  private static Path withMorePartitions(TestCluster cluster) throws IOException {
    Path copy = PriceModel.copyOfTheExample(cluster);
    PriceModel.replace(
        copy.resolve("contracts/readings.yaml"), "partitions: 2", "partitions: " + PARTITIONS);
    return copy;
  }

  /** Of labels that hang on nothing: each time another model. */
  private void publishVersions() throws Exception {
    for (int number = 1; number <= VERSIONS; number++) {
      versions.add(
          price.publish(
              price.pipeline(),
              number,
              new Terms(false, List.of(), Fallback.CHAMPION, true, Label.ONCE),
              values -> random.nextBoolean()));
    }
  }

  private void swapWhileVectorsFlow(TestCluster cluster) throws Exception {
    try (TopicWriter writer = cluster.newWriter();
        ScoringInstances instances =
            new ScoringInstances(cluster, price.folder(), price.artifacts());
        TopicReader scores = cluster.newReader(SCORES)) {
      int seen = 0;
      for (int swap = 1; swap <= SWAPS; swap++) {
        long revision = next(swap).getRollout().getRevision();
        swapped.add(revision);
        if (swap % (2 * KILL_EVERY) == KILL_EVERY) {
          instances.killAndRestart(random);
        } else if (swap % KILL_EVERY == 0) {
          instances.killAndReplace(random);
        }
        seen += awaitScoresOf(revision, scores, writer);
        resident.add(instances.residentKilobytes());
      }
      scores.await(vectors - seen, TIMEOUT);
    }
  }

  /** Vectors are written until some are scored by a rollout: it takes a moment to be loaded. */
  private int awaitScoresOf(long revision, TopicReader scores, TopicWriter writer) {
    int seen = 0;
    Instant end = Instant.now().plus(TIMEOUT);
    boolean gone = false;
    while (!gone) {
      assertThat(Instant.now()).as("rollout %d scores", revision).isBefore(end);
      write(writer);
      AtomicInteger polls = new AtomicInteger();
      List<ConsumerRecord<byte[], byte[]>> more =
          scores.await(
              records -> isAnyOf(revision, records) || polls.incrementAndGet() > POLLS,
              "scores of rollout " + revision,
              TIMEOUT);
      seen += more.size();
      gone = isAnyOf(revision, more);
    }
    return seen;
  }

  private boolean isAnyOf(long revision, List<ConsumerRecord<byte[], byte[]>> scores) {
    return scores.stream()
        .map(record -> codec.decode(record.value(), Score.class))
        .anyMatch(score -> score.getRollout() == revision);
  }

  private void write(TopicWriter writer) {
    for (int i = 0; i < VECTORS_AT_ONCE; i++) {
      byte[] key = ("m" + random.nextInt(200)).getBytes(UTF_8);
      writer.send(
          price.vector("e" + vectors, 831_427_200_000L + vectors, key, price.values(), vectors));
      vectors++;
    }
    writer.flush();
  }

  private RegisteredModel next(int swap) {
    RolloutChanges rollouts = price.models().rollouts();
    return switch (swap % 3) {
      case 0 -> {
        champion++;
        yield rollouts.promote(version(0), Optional.empty(), PriceModel.WHY);
      }
      case 1 -> rollouts.shadow(version(1), PriceModel.WHY);
      default -> rollouts.canary(version(2), 0.3, PriceModel.WHY);
    };
  }

  /** The champion, or the next but so many. */
  private ModelReference version(int further) {
    int number = 1 + (champion + further) % VERSIONS;
    return new ModelReference(MODEL, Integer.toString(number));
  }

  /** In a soak; the swaps of {@code verify} are over before anything is settled. */
  private void assertNativeMemoryIsSteady() {
    System.out.println("kilobytes resident after swaps: " + resident);
    if (Soak.isOn()) {
      assertThat(SettledMemory.growth(resident)).isLessThan(SettledMemory.GROWN);
    }
  }

  private void assertEachVectorOnce(TestCluster cluster) {
    ExactlyOnceReport report =
        new ExactlyOnceChecker(cluster.bootstrapServers())
            .input(FEATURES, ExactlyOnceChecker::eventId)
            .output(SCORES, ExactlyOnceChecker::eventId)
            .output(UNSCORED, ExactlyOnceChecker::eventId)
            .drainedBy("electricity-scoring")
            .check(TIMEOUT);
    System.out.println(FEATURES + " to " + SCORES + " over " + SWAPS + " rollouts: " + report);
    report.assertExact();
    assertThat(report.outputs()).isEqualTo(vectors);
  }

  private void assertScoresOfThePositions() {
    Map<Integer, NavigableMap<Long, ModelSwitch>> positions = positions();
    assertThat(positions).hasSize(PARTITIONS);
    positions.forEach(
        (partition, switches) ->
            assertThat(switches.values())
                .extracting(gone -> gone.getRollout().getRevision())
                .as("rollouts of partition %d in the order of their positions", partition)
                .isSorted()
                .doesNotHaveDuplicates());
    Map<LogPosition, ConsumerRecord<byte[], byte[]>> inputs = new HashMap<>();
    price
        .read(FEATURES)
        .forEach(
            record ->
                inputs.put(
                    new LogPosition(record.topic(), record.partition(), record.offset()), record));
    Set<Long> revisions = new TreeSet<>();
    int shadows = 0;
    try (Again again = new Again(price.store())) {
      for (ConsumerRecord<byte[], byte[]> record : price.read(SCORES)) {
        Score score = codec.decode(record.value(), Score.class);
        ConsumerRecord<byte[], byte[]> input = inputs.get(score.getVector());
        Rollout rollout =
            positions.get(input.partition()).floorEntry(input.offset()).getValue().getRollout();
        assertThat(score.getRollout()).isEqualTo(rollout.getRevision());
        assertThat(record.value()).isEqualTo(again.decided(rollout, input, record));
        revisions.add(score.getRollout());
      }
      for (ConsumerRecord<byte[], byte[]> record : price.read(SHADOW_SCORES)) {
        Score score = codec.decode(record.value(), Score.class);
        ConsumerRecord<byte[], byte[]> input = inputs.get(score.getVector());
        Rollout rollout =
            positions.get(input.partition()).floorEntry(input.offset()).getValue().getRollout();
        assertThat(record.value()).isEqualTo(again.shadow(rollout, input, record));
        shadows++;
      }
    }
    assertThat(revisions).as("rollouts that scored").containsAll(swapped);
    assertThat(shadows).isEqualTo(vectorsWithAShadow(inputs.values(), positions)).isPositive();
    System.out.println(
        "switches by partition: "
            + positions.entrySet().stream()
                .map(one -> one.getKey() + ": " + one.getValue().size())
                .toList()
            + ", shadow scores: "
            + shadows);
  }

  private static int vectorsWithAShadow(
      Iterable<ConsumerRecord<byte[], byte[]>> inputs,
      Map<Integer, NavigableMap<Long, ModelSwitch>> positions) {
    int count = 0;
    for (ConsumerRecord<byte[], byte[]> input : inputs) {
      Rollout rollout =
          positions.get(input.partition()).floorEntry(input.offset()).getValue().getRollout();
      if (rollout.getArms().stream().anyMatch(arm -> arm.getRole() == ModelRole.SHADOW)) {
        count++;
      }
    }
    return count;
  }

  private Map<Integer, NavigableMap<Long, ModelSwitch>> positions() {
    Map<Integer, NavigableMap<Long, ModelSwitch>> positions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : price.read(SWITCHES)) {
      ModelSwitch gone = codec.decode(record.value(), ModelSwitch.class);
      assertThat(ByteBuffer.wrap(record.key()).getLong()).isEqualTo(gone.getOffset());
      ModelSwitch before =
          positions
              .computeIfAbsent(record.partition(), key -> new TreeMap<>())
              .put(gone.getOffset(), gone);
      assertThat(before).as("a position is written once").isNull();
    }
    return positions;
  }

  /** Scores vectors again, by the rollout that it is told. */
  private final class Again implements AutoCloseable {
    private final RolloutLoader loader;
    private final Map<Long, RolloutScorer> scorers = new HashMap<>();

    Again(ArtifactStore store) {
      this.loader = new RolloutLoader(store, new SimpleMeterRegistry());
    }

    byte[] decided(
        Rollout rollout,
        ConsumerRecord<byte[], byte[]> input,
        ConsumerRecord<byte[], byte[]> score) {
      FeatureVector vector = codec.decode(input.value(), FeatureVector.class);
      return bytes(rollout, input, vector, scorer(rollout).decide(input.key(), vector), score);
    }

    byte[] shadow(
        Rollout rollout,
        ConsumerRecord<byte[], byte[]> input,
        ConsumerRecord<byte[], byte[]> score) {
      FeatureVector vector = codec.decode(input.value(), FeatureVector.class);
      return bytes(rollout, input, vector, scorer(rollout).shadows(vector).get(0), score);
    }

    private byte[] bytes(
        Rollout rollout,
        ConsumerRecord<byte[], byte[]> input,
        FeatureVector vector,
        Answer answer,
        ConsumerRecord<byte[], byte[]> score) {
      return codec.encode(
          WireFormat.schemaId(score.value()),
          Scores.of(
              vector,
              new LogPosition(input.topic(), input.partition(), input.offset()),
              rollout,
              answer,
              (Scored) answer.outcome()));
    }

    private RolloutScorer scorer(Rollout rollout) {
      return scorers.computeIfAbsent(
          rollout.getRevision(),
          revision ->
              new RolloutScorer(
                  loader.load(
                      MODEL,
                      rollout,
                      TestVersions.registry(versions, List.of()),
                      Optional.empty())));
    }

    @Override
    public void close() {
      scorers.values().forEach(RolloutScorer::close);
    }
  }
}
