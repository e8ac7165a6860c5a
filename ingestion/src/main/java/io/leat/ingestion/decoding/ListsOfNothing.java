package io.leat.ingestion.decoding;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Finds lists whose items take no bytes: nulls, empty records. To read or to skip such a list takes
 * as long as its count says, which costs a writer nothing; no honest schema has one.
 */
final class ListsOfNothing {
  private ListsOfNothing() {}

  /** Path of the first; empty where there is none. */
  static Optional<String> in(Schema schema) {
    return find(schema, schema.getName(), new HashSet<>());
  }

  private static Optional<String> find(Schema schema, String path, Set<String> seen) {
    return switch (schema.getType()) {
      case RECORD ->
          seen.add(schema.getFullName())
              ? schema.getFields().stream()
                  .flatMap(f -> find(f.schema(), path + "." + f.name(), seen).stream())
                  .findFirst()
              : Optional.empty();
      case ARRAY ->
          takesNothing(schema.getElementType(), new HashSet<>())
              ? Optional.of(path)
              : find(schema.getElementType(), path, seen);
      case MAP -> find(schema.getValueType(), path, seen);
      case UNION ->
          schema.getTypes().stream().flatMap(t -> find(t, path, seen).stream()).findFirst();
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> Optional.empty();
    };
  }

  private static boolean takesNothing(Schema schema, Set<String> seen) {
    return switch (schema.getType()) {
      case NULL -> true;
      case FIXED -> schema.getFixedSize() == 0;
      case RECORD ->
          seen.add(schema.getFullName())
              && schema.getFields().stream().allMatch(f -> takesNothing(f.schema(), seen));
      case ARRAY, MAP, UNION, ENUM, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> false;
    };
  }
}
