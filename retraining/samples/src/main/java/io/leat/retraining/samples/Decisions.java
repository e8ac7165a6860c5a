package io.leat.retraining.samples;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a model decides by its scores. One thread at a time owns it. */
public final class Decisions {
  private final Scope scope = Scope.ofScore();
  private final Map<String, Program> conditions = new LinkedHashMap<>();

  /** Those that the model declares. */
  public Decisions(Model model) {
    for (Model.Decision decision : model.decisions()) {
      conditions.putIfAbsent(
          decision.name(), Program.compile(decision.condition(), scope, Program.Result.BOOL));
    }
  }

  /** Whether it never takes any. */
  public boolean areNone() {
    return conditions.isEmpty();
  }

  /** The first whose condition holds; empty where none does. */
  public Optional<String> of(double score) {
    return conditions.entrySet().stream()
        .filter(one -> Boolean.TRUE.equals(one.getValue().evaluate(scope.bind(score))))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
