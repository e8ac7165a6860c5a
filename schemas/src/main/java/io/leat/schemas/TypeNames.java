package io.leat.schemas;

import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** What messages call a type. */
public final class TypeNames {
  private TypeNames() {}

  /** A type in few words: {@code decimal(9, 2)}, {@code list of long}, {@code null or string}. */
  public static String of(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      return of(logical);
    }
    return switch (schema.getType()) {
      case UNION ->
          schema.getTypes().stream().map(TypeNames::of).collect(Collectors.joining(" or "));
      case ARRAY -> "list of " + of(schema.getElementType());
      case MAP -> "map of " + of(schema.getValueType());
      case ENUM, RECORD -> schema.getType().getName() + " " + schema.getName();
      case FIXED -> "%s of %d bytes".formatted(schema.getName(), schema.getFixedSize());
      case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> schema.getType().getName();
    };
  }

  /** A logical type with what belongs to it. */
  public static String of(LogicalType logical) {
    return logical instanceof LogicalTypes.Decimal decimal
        ? "decimal(%d, %d)".formatted(decimal.getPrecision(), decimal.getScale())
        : logical.getName();
  }
}
