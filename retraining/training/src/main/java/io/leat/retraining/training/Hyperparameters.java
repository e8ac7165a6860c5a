package io.leat.retraining.training;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Values of an algorithm's hyperparameters, all of them. Immutable.
 *
 * @param values by name
 */
public record Hyperparameters(SortedMap<String, Double> values) {
  public Hyperparameters {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /**
   * An algorithm's hyperparameters, its own values where none are given.
   *
   * @throws IllegalArgumentException if the algorithm has no such hyperparameter, or allows no such
   *     value; the message says which it has, or what it allows
   */
  public static Hyperparameters of(Algorithm algorithm, Map<String, Double> given) {
    SortedMap<String, Double> values = new TreeMap<>();
    for (Hyperparameter parameter : algorithm.hyperparameters()) {
      values.put(parameter.name(), parameter.value());
    }
    given.forEach(
        (name, value) -> {
          Hyperparameter parameter =
              algorithm.hyperparameters().stream()
                  .filter(one -> one.name().equals(name))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "%s has no hyperparameter %s; it has %s"
                                  .formatted(algorithm.label(), name, values.keySet())));
          if (!parameter.allows(value)) {
            throw new IllegalArgumentException(
                "%s of %s is %s; expected %s"
                    .formatted(name, algorithm.label(), value, parameter.range()));
          }
          values.put(name, value);
        });
    return new Hyperparameters(values);
  }

  double real(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is none of " + values.keySet());
    }
    return value;
  }

  int whole(String name) {
    return (int) real(name);
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(
            one ->
                one.getKey()
                    + "="
                    + (one.getValue() == Math.rint(one.getValue())
                        ? Long.toString(one.getValue().longValue())
                        : one.getValue().toString()))
        .collect(Collectors.joining(" "));
  }
}
