package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Embedding;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.yaml.Value;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a monitor's list of embeddings: inputs of the model that take several features, by their
 * names, or {@code name: [features]}.
 */
final class EmbeddingReader {
  private static final String EXAMPLE = "text: [e0, e1, e2]";

  private final Declared<Contract> contracts;
  private final DeclaredViews views;

  EmbeddingReader(Declared<Contract> contracts, DeclaredViews views) {
    this.contracts = contracts;
    this.views = views;
  }

  List<Embedding> read(Value list, Model model, FeatureService service) {
    Optional<Contract> spine = contracts.get(service.spine());
    if (spine.isEmpty()) {
      return List.of(); // which has been told
    }
    Map<String, Optional<ValueType>> types =
        FeatureTypes.of(service, spine.get().schema(), views.all());
    List<Embedding> embeddings = new ArrayList<>();
    Set<String> names = new HashSet<>(service.featureNames());
    for (Value entry : list.nonEmptyList()) {
      Optional<Embedding> embedding =
          entry.isMapping() ? named(entry, service) : input(entry, model);
      embedding.ifPresent(
          one -> {
            if (!names.add(one.name())) {
              entry.problem(
                  "an embedding is called %s, and so is a feature of the service or another embedding",
                  one.name());
            }
            for (String feature : one.features()) {
              if (!isNumber(types.getOrDefault(feature, Optional.empty()))) {
                entry.problem(
                    "%s, of the embedding %s, is no number; an embedding is made of numbers",
                    feature, one.name());
              }
            }
            embeddings.add(one);
          });
    }
    return embeddings;
  }

  /** What is not known here shows in the training rows. */
  private static boolean isNumber(Optional<ValueType> type) {
    return type.filter(one -> one != ValueType.DOUBLE && one != ValueType.LONG).isEmpty();
  }

  private static Optional<Embedding> input(Value entry, Model model) {
    Optional<String> name = entry.text();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    List<String> features = model.inputs().getOrDefault(name.get(), List.of());
    if (features.size() < 2) {
      List<String> inputs =
          model.inputs().entrySet().stream()
              .filter(input -> input.getValue().size() > 1)
              .map(Map.Entry::getKey)
              .toList();
      entry.problem(
          "the model %s declares no input %s of several features (%s); name one, or list the features, as in %s.%s",
          model.name(),
          name.get(),
          inputs.isEmpty() ? "none" : String.join(", ", inputs),
          EXAMPLE,
          Suggestions.didYouMean(name.get(), inputs));
      return Optional.empty();
    }
    return Optional.of(new Embedding(name.get(), features));
  }

  private static Optional<Embedding> named(Value entry, FeatureService service) {
    Optional<Value> definition = Expressions.derived(entry, EXAMPLE);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    List<Value> entries = definition.get().list();
    if (entries.size() < 2) {
      entry.problem("an embedding is two features or more, as in %s", EXAMPLE);
    }
    List<String> features = new ArrayList<>();
    for (Value feature : entries) {
      feature
          .text()
          .ifPresent(
              name -> {
                if (!service.featureNames().contains(name)) {
                  feature.problem(
                      "the service %s has no feature %s.%s",
                      service.name(), name, Suggestions.didYouMean(name, service.featureNames()));
                } else if (features.contains(name)) {
                  feature.problem("the feature %s stands twice", name);
                } else {
                  features.add(name);
                }
              });
    }
    return features.size() < 2
        ? Optional.empty() // which has been told
        : Optional.of(new Embedding(definition.get().name(), features));
  }
}
