package io.leat.drift.sequential;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A kind of detector: what the catalogue and the reference page know of it. Immutable. */
public final class DetectorKind {
  private final String name;
  private final String description;
  private final String source;
  private final Values values;
  private final List<Parameter> parameters;
  private final Function<Parameters, Detector> make;

  DetectorKind(
      String name,
      String description,
      String source,
      Values values,
      List<Parameter> parameters,
      Function<Parameters, Detector> make) {
    this.name = name;
    this.description = description;
    this.source = source;
    this.values = values;
    this.parameters = List.copyOf(parameters);
    this.make = make;
  }

  /** Its name with its variant, for ever. */
  public String name() {
    return name;
  }

  /** What it is, and whose variant, for the reference page: a sentence without a full stop. */
  public String description() {
    return description;
  }

  /** Where the formulas come from: author, paper, year. */
  public String source() {
    return source;
  }

  /** What numbers it takes. */
  public Values values() {
    return values;
  }

  /** What it is made with. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** A new detector with the standard parameters. */
  public SequentialDetector create() {
    return create(Map.of());
  }

  /**
   * A new detector.
   *
   * @param given by name; the standard for those that are not there
   * @throws IllegalArgumentException if a name is unknown or a number out of its range
   */
  public SequentialDetector create(Map<String, Double> given) {
    List<String> known = parameters.stream().map(Parameter::name).toList();
    given
        .keySet()
        .forEach(
            key -> {
              if (!known.contains(key)) {
                throw new IllegalArgumentException(
                    "%s has no parameter %s; it has %s".formatted(name, key, known));
              }
            });
    return create(
        parameters.stream().mapToDouble(p -> given.getOrDefault(p.name(), p.standard())).toArray());
  }

  Detector create(double[] given) {
    return make.apply(new Parameters(this, given));
  }
}
