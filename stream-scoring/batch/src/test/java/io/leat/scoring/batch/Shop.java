package io.leat.scoring.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.ServiceReplay;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineTableWriter;
import io.leat.features.offline.OfflineTableWriter.Arrived;
import io.leat.features.offline.OfflineTableWriter.Logged;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.NullReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline in a folder, with two versions of a model, the first its champion; and its offline
 * tables.
 */
final class Shop {
  static final String OTHER_DEFINITION = "of an earlier version";
  private static final long FIRST = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

  final Path folder;
  final Path stack;
  final Pipeline pipeline;
  final FeatureService service;
  final ModelVersion first;
  final ModelVersion second;
  private final RegistryView registry;

  Shop(Path temporary) throws Exception {
    folder = temporary.resolve("shop");
    stack = temporary.resolve("leat");
    write(
        "pipeline.yaml",
        "{ pipeline: shop, owner: tests, entities: { customer: { key: customer_id } } }");
    write(
        "contracts/payments.avsc",
        """
        {"type": "record", "name": "Payment", "namespace": "io.leat.tests", "fields": [
          {"name": "payment_id", "type": "string"},
          {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "customer_id", "type": "string"},
          {"name": "amount", "type": ["null", "double"], "default": null},
          {"name": "abroad", "type": ["null", "boolean"], "default": null},
          {"name": "fraud", "type": "boolean"}
        ]}
        """);
    write(
        "contracts/payments.yaml",
        "{ event: payments, schema: payments.avsc, key: customer_id, event_id: payment_id, event_time: paid_at, topic: { partitions: 1 } }");
    write(
        "features/spending.yaml",
        """
        view: spending
        version: 1
        entity: customer
        source: payments
        windows: [1d]
        resolution: 1h
        aggregations:
          - payments: count
        """);
    write(
        "services/fraud.yaml",
        """
        service: fraud
        version: 1
        spine: payments
        features: [event.amount, event.abroad, spending.payments_1d]
        label: { field: fraud, on: payment_id, within: 1d }
        """);
    write(
        "models/fraud/model.yaml",
        """
        model: fraud
        version: first
        service: fraud@1
        artifact: model.onnx
        owner: tests
        nulls: { event.amount: 20 }
        outputs: { score: "probabilities[1]", other: "probabilities[0]", all: probabilities }
        decision: { refuse: score >= 0.8, review: score >= 0.5 }
        explain: { top: 2, when: decisions }
        """);
    service = PipelineReader.readBeforeTraining(folder).service("fraud").orElseThrow();
    byte[] one = train(0.05);
    Files.write(folder.resolve("models/fraud/model.onnx"), one);
    pipeline = PipelineReader.read(folder);
    Model model = pipeline.model("fraud").orElseThrow();
    try (ArtifactStore store = ArtifactStore.open(artifacts().toString())) {
      first = TestVersions.of(1, model, pipeline, store);
      byte[] other = train(0.02);
      Path path = Files.write(folder.resolve("second.onnx"), other);
      second =
          ModelVersion.newBuilder(
                  TestVersions.of(
                      2, model, pipeline, new ModelFile(path, other, "of the second"), store))
              .setLabel("second")
              .build();
    }
    RegisteredModel registered =
        RegisteredModel.newBuilder()
            .setModel("fraud")
            .setRevision(1)
            .setVersions(List.of())
            .setAliases(Map.of("candidate", 2))
            .setRollout(TestVersions.champion(1, first))
            .build();
    registry = TestVersions.registry(List.of(first, second), List.of(registered));
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  private byte[] train(double ofAmount) throws Exception {
    Random random = new Random(7);
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 1_000; i++) {
      double amount = 100 * random.nextDouble();
      double abroad = random.nextInt(2);
      double count = random.nextInt(10);
      double margin = ofAmount * (amount - 50) + 2 * abroad - 0.3 * count;
      set.add(
          i,
          new double[] {amount, abroad, count},
          random.nextDouble() < 1 / (1 + Math.exp(-margin)));
    }
    return Trainer.train(set.build(), ModelMetadata.of(service)).onnx();
  }

  Path artifacts() {
    return stack.resolve("artifacts");
  }

  OfflineCatalog catalog() {
    return OfflineCatalog.of(stack.resolve("warehouse").toString(), Map.of(), pipeline.name());
  }

  /** Brings vectors into their table, in one commit. */
  void log(List<FeatureVector> vectors) throws IOException {
    List<Logged> logged = new ArrayList<>();
    for (FeatureVector vector : vectors) {
      logged.add(
          new Logged(
              new ServiceReplay.Vector(
                  vector.getEventId(),
                  vector.getEventTime().toEpochMilli() * 1_000,
                  vector.getKeys(),
                  NullReason.joined(vector.getValues(), vector.getNullReasons())),
              vector.getDefinition(),
              vector.getSource().getPartition(),
              vector.getSource().getOffset()));
    }
    try (OfflineTableWriter tables = new OfflineTableWriter(stack.resolve("warehouse"), pipeline)) {
      tables.vectors(service.name(), logged);
    }
  }

  /** Random vectors, one in ten with a null, one in twenty of another definition. */
  List<FeatureVector> vectors(int begin, int end) {
    Random random = new Random(begin);
    List<FeatureVector> vectors = new ArrayList<>();
    for (int i = begin; i < end; i++) {
      List<@Nullable Object> values = new ArrayList<>();
      values.add(i % 10 == 1 ? null : 100 * random.nextDouble());
      values.add(i % 10 == 2 ? null : random.nextBoolean());
      values.add(i % 10 == 3 ? null : (long) random.nextInt(10));
      vectors.add(
          FeatureVector.newBuilder()
              .setService(service.name())
              .setServiceVersion(service.version())
              .setDefinition(i % 20 == 5 ? OTHER_DEFINITION : service.definition())
              .setEventId("payment-" + i)
              .setEventTime(Instant.ofEpochMilli(FIRST + 60_000L * i))
              .setKeys(Map.of("customer", "customer-" + i % 7))
              .setValues(values)
              .setSource(new LogPosition("payments", 0, (long) i))
              .build());
    }
    return vectors;
  }

  /** Brings payments into their table. */
  void pay(int count) throws IOException {
    Random random = new Random(count);
    List<Arrived> payments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      payments.add(
          new Arrived(
              new GenericRecordBuilder(pipeline.contracts().get(0).schema())
                  .set("payment_id", "payment-" + i)
                  .set("paid_at", FIRST + 60_000L * i)
                  .set("customer_id", "customer-" + i % 7)
                  .set("amount", random.nextInt(8) == 0 ? null : 100 * random.nextDouble())
                  .set("abroad", random.nextBoolean())
                  .set("fraud", random.nextBoolean())
                  .build(),
              0,
              i,
              FIRST));
    }
    try (OfflineTableWriter tables = new OfflineTableWriter(stack.resolve("warehouse"), pipeline)) {
      tables.events("payments", payments);
    }
  }

  /** What a command said, and its exit code. */
  record Run(int code, String said) {}

  /** {@code leat score} in this JVM. */
  Run score(String model, String input, String output) {
    return run(
        arguments -> new ScoreCommand(options -> registry).execute(arguments),
        "--model=" + model,
        "--input=" + input,
        "--output=" + output);
  }

  /** A command over the tables. */
  interface Command {
    int execute(String... arguments);
  }

  Run run(Command command, String... more) {
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, UTF_8));
    try {
      int code =
          command.execute(
              Stream.concat(
                      Stream.of("--pipeline=" + folder, "--dir=" + stack, "--parallelism=2"),
                      Stream.of(more))
                  .toArray(String[]::new));
      return new Run(code, said.toString(UTF_8));
    } finally {
      System.setOut(before);
    }
  }
}
