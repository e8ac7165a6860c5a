package io.leat.drift.sequential;

import java.util.List;

/** The parameters that a detector is made with, checked. Immutable. */
final class Parameters {
  private final DetectorKind kind;
  private final double[] values;

  /** In the order of the kind's. */
  Parameters(DetectorKind kind, double[] values) {
    List<Parameter> parameters = kind.parameters();
    if (values.length != parameters.size()) {
      throw new IllegalArgumentException(
          "%s has %d parameters; expected %d"
              .formatted(kind.name(), values.length, parameters.size()));
    }
    for (int i = 0; i < values.length; i++) {
      parameters.get(i).check(values[i]);
    }
    this.kind = kind;
    this.values = values;
  }

  DetectorKind kind() {
    return kind;
  }

  double[] values() {
    return values.clone();
  }

  double number(String name) {
    for (int i = 0; i < values.length; i++) {
      if (kind.parameters().get(i).name().equals(name)) {
        return values[i];
      }
    }
    throw new IllegalArgumentException("%s has no %s".formatted(kind.name(), name));
  }

  int count(String name) {
    return (int) number(name);
  }
}
