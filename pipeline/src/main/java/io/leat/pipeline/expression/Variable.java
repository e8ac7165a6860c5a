package io.leat.pipeline.expression;

import dev.cel.common.types.CelType;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * A name that expressions may use, its type, and the way to its value. Names hold dots: {@code
 * event.amount} is one variable, so that only what an expression names is ever read.
 */
record Variable(String name, CelType type, Reader reader) {
  /**
   * What a scope binds names to.
   *
   * @param views the values of each view of the scope, in the order of its columns
   * @param field the field that a rule looks at, where it looks at one
   */
  record Input(
      @Nullable GenericRecord event,
      @Nullable Object @Nullable [] @Nullable [] views,
      double score,
      @Nullable FieldValue field) {
    /** A column's value, or what stands in its place; null where there is none. */
    @Nullable Object value(int view, int column) {
      @Nullable Object[] values = views == null ? null : views[view];
      return values == null ? null : values[column];
    }
  }

  /** Reads a variable's value, in CEL's own types. */
  @FunctionalInterface
  interface Reader {
    @Nullable Object read(Input input);
  }
}
