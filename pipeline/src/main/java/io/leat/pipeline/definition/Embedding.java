package io.leat.pipeline.definition;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;

/**
 * Features that are one thing together: the numbers of a vector of an embedding, watched as one
 * column.
 *
 * @param name of the column
 * @param features full names of the numbers, in order; two or more, each once
 */
public record Embedding(String name, List<String> features) implements Serializable {
  private static final long serialVersionUID = 1L;

  public Embedding {
    features = List.copyOf(features);
    if (features.size() < 2 || new HashSet<>(features).size() < features.size()) {
      throw new IllegalArgumentException(
          "embedding %s of %s; expected two features or more, each once".formatted(name, features));
    }
  }

  /** What it is, on a line. */
  public String describe() {
    return name + ": " + String.join(", ", features);
  }
}
