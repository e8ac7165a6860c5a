package io.leat.schemas;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the next value, or passes over it; made once for two schemas. */
@FunctionalInterface
interface ValueStep {
  /**
   * @throws UnfitValueException if the value does not fit into the type that it is read as
   * @throws IOException if the bytes are no value, or end before it does
   * @throws org.apache.avro.AvroTypeException if they are no value
   */
  @Nullable Object read(AvroInput in) throws IOException;
}
