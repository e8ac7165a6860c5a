package io.leat.pipeline.apply;

import io.leat.pipeline.definition.Model;
import io.leat.records.Definition;
import java.util.Collection;
import java.util.Optional;

/** The models that were applied, among the definitions. */
public final class AppliedModels {
  private AppliedModels() {}

  /** The record of a model's version; empty where it was never applied. */
  public static Optional<Definition> of(Model model, Collection<Definition> definitions) {
    return definitions.stream()
        .filter(definition -> definition.getKind().equals(Definitions.MODEL))
        .filter(definition -> definition.getName().equals(model.name()))
        .filter(definition -> definition.getVersion().equals(model.version()))
        .findFirst();
  }
}
