package io.leat.pipeline.definition;

import io.leat.schemas.ValueType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * By what a monitor tells parts of the vectors apart, to watch each by itself.
 *
 * @param keys each cuts the vectors in its own way, whatever the others do
 * @param cap most values of a key that are watched; all others are one segment together
 */
public record Segments(List<Key> keys, int cap) implements Serializable {
  private static final long serialVersionUID = 1L;

  public static final int DEFAULT_CAP = 20;

  /** The vectors as a whole. */
  public static final Segments NONE = new Segments(List.of(), DEFAULT_CAP);

  public Segments {
    keys = List.copyOf(keys);
  }

  /**
   * One way of cutting.
   *
   * @param name what it is called: a field's name, or one that an expression is given
   * @param expression CEL over the inputs, whose value is the segment; empty: the one input's value
   * @param inputs the features that it is made of
   */
  public record Key(String name, String expression, List<Input> inputs) implements Serializable {
    private static final long serialVersionUID = 1L;

    public Key {
      inputs = List.copyOf(inputs);
    }
  }

  /**
   * A feature that a key is made of.
   *
   * @param feature full name
   * @param type what its values are
   */
  public record Input(String feature, ValueType type) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** A line a key, and the cap; empty where there are no segments. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (Key key : keys) {
      lines.add(
          key.name()
              + ": "
              + (key.expression().isEmpty() ? key.inputs().get(0).feature() : key.expression()));
    }
    if (!lines.isEmpty()) {
      lines.add("at most " + cap);
    }
    return lines;
  }
}
