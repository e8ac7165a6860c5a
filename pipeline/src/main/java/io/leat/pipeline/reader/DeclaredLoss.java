package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.ModelStage.Bandit;
import io.leat.pipeline.definition.ModelStage.Guard;
import io.leat.pipeline.definition.ModelStage.GuardKind;
import io.leat.pipeline.definition.ModelStage.Loss;
import io.leat.pipeline.definition.ModelStage.LossKind;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.Schema;

/**
 * What {@code models/<name>/model.yaml} says of what a score costs once its label is known.
 *
 * @param loss empty where nothing can be said
 * @param lack why that is so, in one sentence; empty where it is reported already
 */
record DeclaredLoss(Optional<Loss> loss, Optional<String> lack) {
  static final Keys KEYS = Keys.of("a loss").allows("metric", "scale", "after");

  /** Nothing can be said, and that is reported already. */
  private static final DeclaredLoss REPORTED = new DeclaredLoss(Optional.empty(), Optional.empty());

  /**
   * Reads it, or takes what the label lets suppose: the Brier score of a boolean, when no label can
   * come any more.
   *
   * @param service that the model reads; empty where it is broken
   */
  static DeclaredLoss read(
      Block model,
      Optional<FeatureService> service,
      Function<String, Optional<Contract>> contracts) {
    if (service.isEmpty()) {
      return REPORTED;
    }
    Optional<Value> declared = model.get("loss");
    Optional<Label> label = service.get().label();
    if (label.isEmpty()) {
      return lacks(
          declared,
          "what a score costs is known by its label, and service %s declares none"
              .formatted(service.get().name()));
    }
    Optional<Schema.Type> type = label.flatMap(of -> type(of, contracts));
    if (type.isEmpty()) {
      return REPORTED;
    }
    if (type.get() == Schema.Type.STRING) {
      return lacks(
          declared,
          "the label %s is a text, and what a score costs is known by a boolean or a number"
              .formatted(label.get().field()));
    }
    Optional<Block> block = declared.flatMap(value -> value.block(KEYS));
    if (declared.isPresent() && block.isEmpty()) {
      return REPORTED;
    }
    Optional<Value> metric = block.flatMap(of -> of.get("metric"));
    if (metric.isEmpty() && type.get() != Schema.Type.BOOLEAN) {
      return lacks(
          declared,
          "the label %s is a number; expected loss: { metric: ... }, brier or wrong_decision where it is 0 or 1, else absolute_error with a scale"
              .formatted(label.get().field()));
    }
    LossKind kind = metric.flatMap(value -> value.oneOf(LossKind.class)).orElse(LossKind.BRIER);
    if (kind == LossKind.WRONG_DECISION && model.get("decision").isEmpty()) {
      metric.ifPresent(
          value -> value.problem("wrong_decision is of a model that declares decisions"));
    }
    Optional<Value> scale = block.flatMap(of -> of.get("scale"));
    if (scale.isPresent() != (kind == LossKind.ABSOLUTE_ERROR)) {
      scale
          .or(() -> metric)
          .ifPresent(
              value ->
                  value.problem(
                      "scale is the distance that costs 1, of metric: absolute_error; give both"));
    }
    return new DeclaredLoss(
        Optional.of(new Loss(kind, scale.flatMap(DeclaredLoss::scale), after(block, label.get()))),
        Optional.empty());
  }

  private static DeclaredLoss lacks(Optional<Value> declared, String lack) {
    if (declared.isPresent()) {
      declared.get().problem("%s", lack);
      return REPORTED;
    }
    return new DeclaredLoss(Optional.empty(), Optional.of(lack));
  }

  private static Optional<Schema.Type> type(
      Label label, Function<String, Optional<Contract>> contracts) {
    return contracts
        .apply(label.from())
        .map(contract -> contract.schema().getField(label.field()).schema())
        .map(
            schema ->
                schema.isUnion()
                    ? schema.getTypes().stream()
                        .filter(branch -> branch.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElse(schema)
                    : schema)
        .map(Schema::getType);
  }

  private static Optional<Double> scale(Value value) {
    Optional<Double> scale = value.number();
    if (scale.isPresent() && scale.get() <= 0) {
      value.problem("scale is '%s'; expected a number of more than 0", scale.get());
    }
    return scale;
  }

  private static Duration after(Optional<Block> block, Label label) {
    Optional<Value> declared = block.flatMap(of -> of.get("after"));
    Optional<Duration> after = declared.flatMap(Value::duration);
    if (after.isPresent() && after.get().compareTo(label.within()) > 0) {
      declared
          .get()
          .problem(
              "after is longer than the label may take, which is within of the service's label");
    }
    return after.orElse(label.within());
  }

  /** Reports, where something goes by labels, that nothing can be said. */
  void require(Value place) {
    lack.ifPresent(why -> place.problem("%s: %s", place.name(), why));
  }

  /** Of a stage; empty where it does not go by labels. */
  Optional<Loss> of(List<Guard> guards, int labels, Optional<Bandit> bandit) {
    boolean asked =
        labels > 0
            || bandit.isPresent()
            || guards.stream().anyMatch(guard -> guard.kind() == GuardKind.LOSS);
    return asked ? loss : Optional.empty();
  }
}
