package io.leat.models.onnx;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingException;
import io.leat.retraining.training.TrainingResult;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/** A small pipeline of payments, and models for it that this project's own trainer made. */
public final class TestModels {
  public static final FeatureService SERVICE =
      new FeatureService(
          "fraud",
          3,
          "payments",
          List.of(
              new EventFeature("amount"), new EventFeature("abroad"), new EventFeature("count")),
          Optional.empty(),
          "d3f1");

  /** Types of the service's features. */
  public static final Map<String, Optional<ValueType>> TYPES =
      types(ValueType.DOUBLE, ValueType.BOOLEAN, ValueType.LONG);

  private static final Schema PAYMENTS =
      SchemaBuilder.record("Payment")
          .namespace("test")
          .fields()
          .requiredString("payment_id")
          .requiredDouble("amount")
          .requiredBoolean("abroad")
          .requiredLong("count")
          .endRecord();

  private TestModels() {}

  /** Types of the service's first features, by name. */
  public static Map<String, Optional<ValueType>> types(ValueType... types) {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    for (int i = 0; i < types.length; i++) {
      features.put(SERVICE.featureNames().get(i), Optional.of(types[i]));
    }
    return features;
  }

  /** A model of the service, trained on payments whose fraud follows a known law. */
  public static TrainingResult train(long seed) {
    Random random = new Random(seed);
    TrainingSet.Builder set = TrainingSet.builder(SERVICE.featureNames());
    for (int i = 0; i < 2_000; i++) {
      double amount = 100 * random.nextDouble();
      double abroad = random.nextInt(2);
      double count = random.nextInt(10);
      double logit = 0.05 * (amount - 50) + 2 * abroad - 0.3 * count;
      set.add(
          i,
          new double[] {amount, abroad, count},
          random.nextDouble() < 1 / (1 + Math.exp(-logit)));
    }
    try {
      return Trainer.train(set.build(), ModelMetadata.of(SERVICE));
    } catch (TrainingException e) {
      throw new IllegalStateException(e);
    }
  }

  public static Path write(Path folder, byte[] onnx) throws IOException {
    return Files.write(folder.resolve("model.onnx"), onnx);
  }

  /** A model of the service whose definition names stand-ins for amount alone. */
  public static Model model(String name, Path artifact, Model.Decision... decisions) {
    return new Model(
        name,
        "v1",
        SERVICE.name(),
        SERVICE.version(),
        artifact,
        artifact.resolveSibling("reference-profile.json"),
        "risk-science",
        "",
        new Model.Nulls(Optional.empty(), Map.of("event.amount", 20.0)),
        new Model.Output("probabilities", 1),
        List.of(decisions));
  }

  /** The same model with other inputs, defaults of nulls and outputs. */
  public static Model with(
      Model model,
      Map<String, List<String>> inputs,
      Model.Nulls nulls,
      Model.Output score,
      Map<String, Model.Output> outputs) {
    return new Model(
        model.name(),
        model.version(),
        model.service(),
        model.serviceVersion(),
        model.artifact(),
        model.referenceProfile(),
        model.owner(),
        model.intendedUse(),
        inputs,
        nulls,
        score,
        outputs,
        model.decisions(),
        model.approval(),
        model.explain(),
        model.rollout(),
        model.fallback());
  }

  /** The same model, whose scores are explained. */
  public static Model explained(Model model, Model.Explain explain) {
    return new Model(
        model.name(),
        model.version(),
        model.service(),
        model.serviceVersion(),
        model.artifact(),
        model.referenceProfile(),
        model.owner(),
        model.intendedUse(),
        model.inputs(),
        model.nulls(),
        model.score(),
        model.outputs(),
        model.decisions(),
        model.approval(),
        Optional.of(explain),
        model.rollout(),
        model.fallback());
  }

  public static Model.Decision decision(String name, String condition) {
    return new Model.Decision(name, new Expression(condition, "models/fraud/model.yaml", 9));
  }

  public static Pipeline pipeline(FeatureService service, Schema schema, Model... models) {
    Contract contract =
        Contract.of(
            "payments",
            schema,
            "payments-team",
            "",
            Optional.empty(),
            "payment_id",
            "paid_at",
            Duration.ofMinutes(5),
            List.of(),
            new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(7)));
    return new Pipeline(
        "card-payments",
        "risk-platform",
        List.of(),
        List.of(contract),
        List.of(),
        List.of(service),
        List.of(models),
        List.of(),
        List.of());
  }

  public static Pipeline pipeline(Model... models) {
    return pipeline(SERVICE, PAYMENTS, models);
  }

  public static FeatureVector vector(String eventId, List<@Nullable Object> values) {
    return FeatureVector.newBuilder()
        .setService(SERVICE.name())
        .setServiceVersion(SERVICE.version())
        .setDefinition(SERVICE.definition())
        .setEventId(eventId)
        .setEventTime(Instant.ofEpochMilli(1_000))
        .setKeys(Map.of("customer", "c-1"))
        .setValues(values)
        .setSource(new LogPosition("payments", 2, 77L))
        .build();
  }
}
