package io.leat.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.leat.benchmarks.CrayfishBatch.Wire;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerSerializer;

/**
 * Rows of numbers in topics, as vectors and as Crayfish has them, and the model that scores them:
 * the pipeline that declares it, and the registry that has it. One row after another by turns, so
 * that the number of a record says which it is.
 */
final class ScoringWorkload {
  static final String PIPELINE = "rows";
  static final String SERVICE = "numbers";
  static final String MODEL = "bench";

  /** So many differ: more than lz4 looks back over. */
  private static final int ROWS = 1 << 10;

  private static final long TIME = 1_772_000_000_000L;

  private final Cluster cluster;
  private final ScoringModels model;
  private final int partitions;
  private final Path directory;
  private final float[][] rows = new float[ROWS][];
  private final float[] expected = new float[ROWS];

  private ScoringWorkload(Cluster cluster, ScoringModels model, int partitions) {
    this.cluster = cluster;
    this.model = model;
    this.partitions = partitions;
    this.directory = cluster.directory().resolve(PIPELINE);
  }

  /**
   * Makes topics, rows and the model, which is its registry's champion.
   *
   * @param partitions of vectors and scores
   */
  static ScoringWorkload prepare(Cluster cluster, ScoringModels model, int partitions)
      throws IOException,
          OrtException,
          PipelineException,
          ExecutionException,
          InterruptedException {
    ScoringWorkload workload = new ScoringWorkload(cluster, model, partitions);
    workload.writePipeline();
    workload.makeRows();
    Pipeline pipeline = workload.pipeline();
    new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
    try (ArtifactStore store = ArtifactStore.open(workload.artifacts().toString())) {
      PipelineModels.publish(pipeline, workload.registry(store), "benchmark");
    }
    return workload;
  }

  /** Holds the pipeline, and takes state and logs. */
  Path directory() {
    return directory;
  }

  Path artifacts() {
    return directory.resolve("artifacts");
  }

  /** What the model says of the row of a record, in single precision. */
  float expected(long record) {
    return expected[(int) (record % ROWS)];
  }

  /** The model's versions and rollouts. */
  ModelRegistry registry(ArtifactStore store) {
    return new ModelRegistry(
        cluster.kafka(), cluster.newRegistryClient(), store, InstantSource.system());
  }

  Pipeline pipeline() throws PipelineException {
    return PipelineReader.read(directory.resolve("pipeline"));
  }

  private void writePipeline() throws IOException {
    List<String> fields =
        IntStream.range(0, model.width()).mapToObj(column -> "f" + column).toList();
    write(
        "pipeline.yaml",
        """
        pipeline: rows
        owner: platform
        description: Rows of numbers that a model scores.
        entities:
          row: { key: row }
        """);
    write(
        "contracts/rows.yaml",
        """
        event: rows
        schema: rows.avsc
        owner: platform
        key: row
        event_id: row
        event_time: made_at
        topic: { partitions: %d }
        """
            .formatted(partitions));
    write(
        "contracts/rows.avsc",
        """
        {"type": "record", "name": "Row", "fields": [
          {"name": "row", "type": "string"},
          {"name": "made_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          %s
        ]}
        """
            .formatted(
                String.join(
                    ",\n  ",
                    fields.stream()
                        .map(field -> "{\"name\": \"%s\", \"type\": \"double\"}".formatted(field))
                        .toList())));
    write(
        "services/numbers.yaml",
        """
        service: numbers
        version: 1
        spine: rows
        features: [%s]
        """
            .formatted(String.join(", ", fields.stream().map(field -> "event." + field).toList())));
    write(
        "models/bench/model.yaml",
        """
        model: bench
        version: 1
        service: numbers@1
        artifact: model.onnx
        intended_use: measure
        outputs: { score: "y[%d]" }
        """
            .formatted(model.column()));
    Files.write(directory.resolve("pipeline/models/bench/model.onnx"), model.onnx());
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve("pipeline").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void makeRows() throws OrtException {
    Random random = new Random(11);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model.onnx())) {
      for (int row = 0; row < ROWS; row++) {
        rows[row] = new float[model.width()];
        for (int column = 0; column < rows[row].length; column++) {
          rows[row][column] = random.nextFloat();
        }
        try (OnnxTensor tensor =
                OnnxTensor.createTensor(
                    environment, FloatBuffer.wrap(rows[row]), new long[] {1, model.width()});
            OrtSession.Result result = session.run(Map.of("x", tensor))) {
          expected[row] = ((float[][]) result.get(0).getValue())[0][model.column()];
        }
      }
    }
  }

  /**
   * Writes rows as vectors, as the online store does.
   *
   * @return mean bytes of a value
   */
  double fillVectors(int count) throws PipelineException {
    return fill(Topics.features(SERVICE), count, vectors());
  }

  /** The vector of each number as bytes; its event's id is the number. */
  IntFunction<byte[]> vectors() throws PipelineException {
    FeatureService service = pipeline().service(SERVICE).orElseThrow();
    RegistryClient registry = cluster.newRegistryClient();
    int schema =
        registry.register(
            Topics.valueSubject(Topics.features(SERVICE)),
            FeatureVectorSchema.of(service.featureNames()));
    AvroCodec codec = new AvroCodec(registry);
    List<List<Object>> values = new ArrayList<>();
    for (float[] row : rows) {
      List<Object> doubles = new ArrayList<>();
      for (float value : row) {
        doubles.add((double) value);
      }
      values.add(doubles);
    }
    return number ->
        codec.encode(
            schema,
            FeatureVector.newBuilder()
                .setService(service.name())
                .setServiceVersion(service.version())
                .setDefinition(service.definition())
                .setEventId(Integer.toString(number))
                .setEventTime(Instant.ofEpochMilli(TIME + number))
                .setKeys(Map.of("row", Integer.toString(number)))
                .setValues(values.get(number % ROWS))
                .setSource(new LogPosition("rows", 0, (long) number))
                .build());
  }

  /**
   * Writes rows as Crayfish's producer does.
   *
   * @return mean bytes of a value
   */
  double fillBatches(Wire wire, int count) {
    List<List<List<Float>>> batches = new ArrayList<>();
    for (float[] row : rows) {
      List<Float> floats = new ArrayList<>();
      for (float value : row) {
        floats.add(value);
      }
      batches.add(List.of(floats));
    }
    return fill(
        CrayfishMain.name(wire),
        count,
        number -> wire.write(new CrayfishBatch(TIME + number, batches.get(number % ROWS), null)));
  }

  private double fill(String topic, int count, IntFunction<byte[]> values) {
    long bytes = 0;
    try (KafkaProducer<Integer, byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "linger.ms",
                20,
                "batch.size",
                256 * 1024),
            new IntegerSerializer(),
            new ByteArraySerializer())) {
      for (int number = 0; number < count; number++) {
        byte[] value = values.apply(number);
        bytes += value.length;
        producer.send(new ProducerRecord<>(topic, number, value));
      }
    }
    return (double) bytes / count;
  }
}
