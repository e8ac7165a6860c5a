package io.leat.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.leat.common.Sha256;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.explanation.Explainer;
import io.leat.models.explanation.FeatureRow;
import io.leat.models.registry.Assignment;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PackagedFile;
import io.leat.models.registry.Serving;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.definition.ServiceId;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.ValueType;
import io.leat.scoring.engine.LoadedRollout;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.RolloutScorer;
import io.leat.scoring.engine.RolloutScorer.Answer;
import io.leat.scoring.engine.Scores;
import io.leat.scoring.engine.VectorScorer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a score costs in the process, beside ONNX Runtime called as directly as its Java interface
 * allows: the same rows, one thread, one row a run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScoringBenchmark {
  /**
   * Numbers in all rows together. Vectors come out of a decoder, and are in the cache of the core
   * (1 MiB); each number is an object of 16 bytes, and a vector some 600 bytes beside them.
   */
  private static final int NUMBERS = 1 << 13;

  private static final byte[] KEY = {'c', '1'};
  private static final LogPosition POSITION = new LogPosition("features.bench", 0, 7L);

  @Param({"LOGISTIC", "TREES", "NETWORK"})
  private ScoringModels model = ScoringModels.LOGISTIC;

  private float[][] rows = {};
  private final List<FeatureVector> vectors = new ArrayList<>();
  private final List<byte[]> encoded = new ArrayList<>();
  private final RegistryClient registry = new RegistryClient("mock://scoring-benchmark");
  private final AvroCodec codec = new AvroCodec(registry);
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private int scoreSchema;
  private Path folder;
  private KeptLoop loop;
  private VectorScorer scorer;
  private RolloutScorer rollout;
  private LoadedVersion version;
  private Explainer explainer;
  private FeatureRow row;
  private double[] contributions;
  private int next;

  @Setup
  public void prepare() throws OrtException, IOException {
    byte[] onnx = model.onnx();
    loop = new KeptLoop(model, 1);
    openStage(onnx);
    if (model.isExplained()) {
      List<String> names = List.copyOf(features().keySet());
      explainer = Explainer.of(onnx, names);
      row = new FeatureRow(names.size());
      contributions = new double[explainer.length()];
    }
    Random random = new Random(11);
    int vectorSchema =
        registry.register(
            "features.bench-value", FeatureVectorSchema.of(List.copyOf(features().keySet())));
    scoreSchema = registry.register("scores.bench-value", Score.getClassSchema());
    rows = new float[NUMBERS / model.width()][];
    for (int i = 0; i < rows.length; i++) {
      float[] values = new float[model.width()];
      List<Object> features = new ArrayList<>();
      for (int column = 0; column < values.length; column++) {
        values[column] = (float) random.nextGaussian();
        features.add((double) values[column]);
      }
      rows[i] = values;
      FeatureVector vector =
          FeatureVector.newBuilder()
              .setService("bench")
              .setServiceVersion(1)
              .setDefinition("d")
              .setEventId("event-" + i)
              .setEventTime(Instant.ofEpochMilli(1_772_000_000_000L + i))
              .setKeys(Map.of("customer", "c1"))
              .setValues(features)
              .setSource(new LogPosition("events", 0, (long) i))
              .build();
      encoded.add(codec.encode(vectorSchema, vector));
      vectors.add(codec.decode(encoded.get(i), FeatureVector.class));
      double stage = ((Scored) scorer.score(vectors.get(i))).prediction().score();
      if (stage != run(i) || stage != loop.run(rows, i)) {
        throw new IllegalStateException(
            "row %d: the stage's score is %s, the loop's %s".formatted(i, stage, run(i)));
      }
    }
  }

  private void openStage(byte[] onnx) throws IOException {
    folder = Files.createTempDirectory("scoring-benchmark");
    ArtifactStore store = ArtifactStore.open(folder.toString());
    Serving serving =
        new Serving(
            new ServiceId("bench", 1),
            "d",
            features(),
            Map.of(),
            new Nulls(Optional.empty(), Map.of()),
            new Output("y", model.column()),
            Map.of(),
            List.of(),
            Optional.empty());
    Manifest manifest =
        new Manifest(
            List.of(new PackagedFile(Manifest.MODEL, onnx.length, Sha256.hex(onnx))),
            serving,
            "",
            "",
            Map.of());
    store.put(onnx);
    ModelVersion published =
        ModelVersion.newBuilder()
            .setModel("bench")
            .setNumber(1)
            .setLabel("v1")
            .setDigest(manifest.digest())
            .setManifest(manifest.json())
            .setService("bench")
            .setServiceVersion(1)
            .setDefinition("d")
            .setPublishedBy("benchmark")
            .setPublishedAt(Instant.EPOCH)
            .build();
    version = LoadedVersion.open(published, store, new SimpleMeterRegistry());
    version.acquire();
    scorer = new VectorScorer(version);
    Rollout only =
        new Rollout(
            1L,
            "only",
            "bench",
            List.of(new RolloutArm(1, manifest.digest(), ModelRole.CHAMPION, 1.0)),
            "benchmark",
            Instant.EPOCH,
            null,
            null,
            null,
            null);
    rollout = new RolloutScorer(new LoadedRollout(only, new Assignment(only), List.of(version)));
  }

  private Map<String, Optional<ValueType>> features() {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    for (int i = 0; i < model.width(); i++) {
      features.put("event.f" + i, Optional.of(ValueType.DOUBLE));
    }
    return features;
  }

  @TearDown
  public void close() throws OrtException, IOException {
    scorer.close();
    version.release();
    rollout.close();
    loop.close();
    Cluster.delete(folder);
  }

  /** The loop that is the floor: tensors that are made once, over memory that is filled again. */
  @Benchmark
  public double kept(CpuClock clock) throws OrtException {
    clock.events++;
    return loop.run(rows, turn());
  }

  /** The loop as it is written at first: a tensor a row, and a result that is read and closed. */
  @Benchmark
  public double plain(CpuClock clock) throws OrtException {
    clock.events++;
    return run(turn());
  }

  /** From a vector to a score. */
  @Benchmark
  public Object stage(CpuClock clock) {
    clock.events++;
    return scorer.score(vectors.get(turn()));
  }

  /** From the bytes of a vector to the bytes of a score. */
  @Benchmark
  public byte[] codec(CpuClock clock) {
    clock.events++;
    FeatureVector vector = codec.decode(encoded.get(turn()), FeatureVector.class);
    Answer answer = rollout.decide(KEY, vector);
    return codec.encode(
        scoreSchema,
        Scores.of(
            vector, POSITION, rollout.rollout().rollout(), answer, (Scored) answer.outcome()));
  }

  /** Contributions alone; nothing where the model has none. */
  @Benchmark
  public double explained(CpuClock clock) {
    clock.events++;
    if (explainer == null) {
      return 0;
    }
    float[] values = rows[turn()];
    for (int i = 0; i < values.length; i++) {
      row.set(i, values[i]);
    }
    explainer.explain(row, contributions);
    return contributions[0];
  }

  private double run(int place) throws OrtException {
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(rows[place]), new long[] {1, model.width()});
        OrtSession.Result result = loop.session().run(Map.of("x", tensor), Set.of("y"))) {
      return ((float[][]) result.get(0).getValue())[0][model.column()];
    }
  }

  private int turn() {
    next = (next + 1) % rows.length;
    return next;
  }
}
