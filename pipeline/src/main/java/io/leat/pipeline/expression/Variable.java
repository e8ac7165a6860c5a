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
   * @param rows the values of each row of the scope, in the order of its names
   * @param field the field that a rule looks at, where it looks at one
   */
  record Input(
      @Nullable GenericRecord event,
      @Nullable Object @Nullable [] @Nullable [] rows,
      double score,
      @Nullable FieldValue field) {
    /** A row's value, or what stands in its place; null where there is none. */
    @Nullable Object value(int row, int column) {
      @Nullable Object[] values = rows == null ? null : rows[row];
      return values == null ? null : values[column];
    }
  }

  /** Reads a variable's value, in CEL's own types. */
  @FunctionalInterface
  interface Reader {
    @Nullable Object read(Input input);
  }
}
