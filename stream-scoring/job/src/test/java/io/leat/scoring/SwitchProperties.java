package io.leat.scoring;

import static io.leat.models.registry.TestVersions.arm;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.TestModels;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.FeatureVector;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.Score;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RolloutLoader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The law of rollouts, over random rollouts, commits, crashes and restarts: which rollout scores is
 * a step function of the offset, with its steps at the recorded positions; every offset is scored
 * once; and the vectors scored again by the recorded positions have the same bytes.
 */
class SwitchProperties {
  private static final String TOPIC = Topics.features("fraud");
  private static final RegistryClient REGISTRY = new RegistryClient("mock://switches");
  private static final AvroCodec CODEC = new AvroCodec(REGISTRY);
  private static final int VERSIONS = 3;
  private static final Path FOLDER = temporary();
  private static final ArtifactStore ARTIFACTS =
      ArtifactStore.open(FOLDER.resolve("artifacts").toString());
  private static final List<ModelVersion> PUBLISHED =
      IntStream.rangeClosed(1, VERSIONS).mapToObj(SwitchProperties::version).toList();

  /** What happens to one partition and the processes that have it. */
  enum Step {
    /** A vector is scored, where it may be; else it waits. */
    VECTOR,
    COMMIT,
    /** Another rollout is published. */
    ROLLOUT,
    /** The process hears of what is published, and loads it. */
    LOAD,
    /** The process dies, and another begins where it had committed. */
    CRASH,
    /** The process commits and gives the partition to another, or takes it again. */
    MOVE
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("switches");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelVersion version(int number) {
    ModelFile file = new ModelFile(Path.of("v" + number), TestModels.train(number).onnx(), "");
    Pipeline pipeline = TestModels.pipeline(TestModels.model("fraud", file.path()));
    return TestVersions.of(number, pipeline.models().get(0), pipeline, file, ARTIFACTS);
  }

  @AfterContainer
  static void delete() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Arbitraries.frequency(
            Tuple.of(12, Step.VECTOR),
            Tuple.of(4, Step.COMMIT),
            Tuple.of(3, Step.ROLLOUT),
            Tuple.of(3, Step.LOAD),
            Tuple.of(1, Step.CRASH),
            Tuple.of(1, Step.MOVE))
        .list()
        .ofMinSize(10)
        .ofMaxSize(120);
  }

  @Property(tries = 200)
  void everyOffsetIsScoredOnceByTheRolloutOfItsIntervalAndTheSameAgain(
      @ForAll("steps") List<Step> steps, @ForAll Random random) {
    Log log = new Log();
    List<Rollout> published = new ArrayList<>();
    Host process = new Host(log);
    for (Step step : steps) {
      switch (step) {
        case VECTOR -> process.score();
        case COMMIT -> process.commit();
        case ROLLOUT -> published.add(rollout(published.size() + 1L, random));
        case LOAD -> process.load(published);
        case CRASH -> {
          process.stop();
          process = new Host(log);
        }
        case MOVE -> {
          process.commit();
          process.stop();
          process = new Host(log);
        }
      }
    }
    if (published.isEmpty()) {
      published.add(rollout(1, random));
    }
    process.load(published);
    process.score();
    process.commit();
    process.stop();

    assertThat(log.scores.keySet()).as("each offset once").hasSize(Math.toIntExact(log.next));
    log.scores.forEach(
        (offset, scores) -> {
          assertThat(scores.stream().filter(score -> !score.getRole().equals("SHADOW"))).hasSize(1);
          Rollout interval = log.rolloutAt(offset);
          assertThat(scores)
              .allSatisfy(
                  score -> assertThat(score.getRollout()).isEqualTo(interval.getRevision()));
        });
    List<Long> revisions =
        log.switches.values().stream().map(gone -> gone.getRollout().getRevision()).toList();
    assertThat(revisions).isSorted().doesNotHaveDuplicates();
    assertThat(scoredAgain(log)).isEqualTo(log.bytes);
  }

  /** Each interval of the recorded positions by a process that knows its rollout alone. */
  private static Map<Long, List<String>> scoredAgain(Log log) {
    Log again = new Log();
    for (ModelSwitch position : log.switches.values()) {
      Host process = new Host(again);
      process.load(List.of(position.getRollout()));
      Long end = log.switches.higherKey(position.getOffset());
      while (again.next + process.uncommitted() < (end == null ? log.next : end)) {
        process.score();
      }
      process.commit();
      process.stop();
    }
    return again.bytes;
  }

  private static Rollout rollout(long revision, Random random) {
    ModelVersion champion = PUBLISHED.get(random.nextInt(VERSIONS));
    ModelVersion other = PUBLISHED.get(random.nextInt(VERSIONS));
    return switch (random.nextInt(3)) {
      case 0 -> TestVersions.champion(revision, champion);
      case 1 ->
          TestVersions.rollout(
              revision, arm(champion, ModelRole.CHAMPION, 0.5), arm(other, ModelRole.CANARY, 0.5));
      default ->
          TestVersions.rollout(
              revision, arm(champion, ModelRole.CHAMPION, 1), arm(other, ModelRole.SHADOW, 0));
    };
  }

  private static byte[] vector(long offset) {
    int schema =
        REGISTRY.register(
            Topics.valueSubject(TOPIC), FeatureVectorSchema.of(TestModels.SERVICE.featureNames()));
    FeatureVector vector =
        TestModels.vector(
            "p-" + offset,
            Arrays.asList((double) (offset * 37 % 100), offset % 2 == 0, offset % 9));
    return CODEC.encode(schema, vector);
  }

  /** What is committed: outputs, positions and the next offset, in one transaction. */
  private static final class Log {
    private final NavigableMap<Long, ModelSwitch> switches = new TreeMap<>();
    private final Map<Long, byte[]> changelog = new HashMap<>();
    private final Map<Long, List<Score>> scores = new TreeMap<>();
    private final Map<Long, List<String>> bytes = new TreeMap<>();
    private long next;

    Rollout rolloutAt(long offset) {
      return switches.floorEntry(offset).getValue().getRollout();
    }
  }

  /** A process that has the partition: the processor with a store of Kafka Streams' own. */
  private static final class Host {
    private final Log log;
    private final ModelRollouts rollouts;
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final KeyValueStore<Long, byte[]> store;
    private final ScoringProcessor processor;
    private long next;

    Host(Log log) {
      this.log = log;
      this.next = log.next;
      this.rollouts = new ModelRollouts("fraud", new SimpleMeterRegistry(), InstantSource.system());
      this.store =
          Stores.keyValueStoreBuilder(
                  Stores.inMemoryKeyValueStore("fraud-switches"), Serdes.Long(), Serdes.ByteArray())
              .withLoggingDisabled()
              .withCachingDisabled()
              .build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
      log.changelog.forEach(store::put);
      this.processor =
          new ScoringProcessor(
              rollouts,
              REGISTRY,
              RegistryRetry.none(),
              new ScoringProcessor.Sinks("scores", "shadow", "unscored", "observations"),
              new Backlog());
      processor.init(context);
    }

    long uncommitted() {
      return next - log.next;
    }

    void score() {
      if (!rollouts.mayPass(context.taskId().partition())) {
        return;
      }
      context.setRecordMetadata(TOPIC, 0, next);
      processor.process(new Record<>(("c-" + next).getBytes(UTF_8), vector(next), 0));
      next++;
    }

    void load(List<Rollout> published) {
      if (published.isEmpty()) {
        return;
      }
      RegistryView view =
          TestVersions.registry(
              PUBLISHED, List.of(TestVersions.model("fraud", published.get(published.size() - 1))));
      rollouts.read(view);
      rollouts.load(new RolloutLoader(ARTIFACTS, new SimpleMeterRegistry()), view);
      assertThat(rollouts.problem()).isEmpty();
    }

    void commit() {
      for (var forwarded : context.forwarded()) {
        assertThat(forwarded.childName()).isNotEqualTo(Optional.of("unscored"));
        byte[] value = forwarded.record().value();
        Score score = CODEC.decode(value, Score.class);
        long offset = score.getVector().getOffset();
        log.scores.computeIfAbsent(offset, key -> new ArrayList<>()).add(score);
        log.bytes
            .computeIfAbsent(offset, key -> new ArrayList<>())
            .add(forwarded.childName().orElseThrow() + Arrays.toString(value));
      }
      context.resetForwards();
      log.changelog.clear();
      log.switches.clear();
      try (KeyValueIterator<Long, byte[]> all = store.all()) {
        all.forEachRemaining(
            one -> {
              log.changelog.put(one.key, one.value);
              log.switches.put(one.key, CODEC.decode(one.value, ModelSwitch.class));
            });
      }
      log.next = next;
    }

    /** What it had not committed is gone. */
    void stop() {
      processor.close();
      rollouts.close();
      store.close();
    }
  }
}
