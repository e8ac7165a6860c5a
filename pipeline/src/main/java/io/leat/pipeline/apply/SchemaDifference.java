package io.leat.pipeline.apply;

import io.leat.pipeline.definition.FieldTags;
import io.leat.schemas.TypeNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;

/**
 * Says what a new version of a schema changes: {@code +} fields that come, {@code -} fields that
 * go, {@code ~} fields whose type, default or tags are others.
 */
final class SchemaDifference {
  private SchemaDifference() {}

  /** What a change comes to, field by field, on one line. */
  static String describe(Schema before, Schema after) {
    List<String> changes = new ArrayList<>();
    compare("", before, after, changes, new HashSet<>());
    return changes.isEmpty()
        ? "no field changes, only words or aliases"
        : String.join("; ", changes);
  }

  private static void compare(
      String prefix, Schema before, Schema after, List<String> changes, Set<String> compared) {
    if (!compared.add(after.getFullName())) {
      return; // a record that contains itself
    }
    for (Schema.Field field : after.getFields()) {
      String path = prefix + field.name();
      Schema.Field old = before.getField(field.name());
      if (old == null) {
        changes.add("+ " + path + " " + type(field.schema()) + defaultOf(field));
        continue;
      }
      String was = type(old.schema()) + defaultOf(old) + tags(old);
      String is = type(field.schema()) + defaultOf(field) + tags(field);
      if (!was.equals(is)) {
        changes.add("~ " + path + " " + was + " -> " + is);
      }
      record(old.schema())
          .ifPresent(
              oldRecord ->
                  record(field.schema())
                      .ifPresent(
                          record -> compare(path + ".", oldRecord, record, changes, compared)));
    }
    for (Schema.Field old : before.getFields()) {
      if (after.getField(old.name()) == null) {
        changes.add("- " + prefix + old.name() + " " + type(old.schema()));
      }
    }
  }

  /** The record that values of a schema are, or are lists, maps or options of. */
  private static Optional<Schema> record(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> Optional.of(schema);
      case ARRAY -> record(schema.getElementType());
      case MAP -> record(schema.getValueType());
      case UNION -> schema.getTypes().stream().flatMap(type -> record(type).stream()).findFirst();
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> Optional.empty();
    };
  }

  private static String type(Schema schema) {
    String name =
        switch (schema.getType()) {
          case UNION ->
              schema.getTypes().stream()
                  .map(SchemaDifference::type)
                  .collect(Collectors.joining(" or "));
          case ARRAY -> "list of " + type(schema.getElementType());
          case MAP -> "map of " + type(schema.getValueType());
          case ENUM ->
              "%s (%s%s)"
                  .formatted(
                      schema.getName(),
                      String.join(", ", schema.getEnumSymbols()),
                      schema.getEnumDefault() == null ? "" : ", else " + schema.getEnumDefault());
          case FIXED -> schema.getName() + " of %d bytes".formatted(schema.getFixedSize());
          case RECORD -> schema.getName();
          case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> schema.getType().getName();
        };
    return schema.getLogicalType() == null
        ? name
        : name + " (" + TypeNames.of(schema.getLogicalType()) + ")";
  }

  private static String defaultOf(Schema.Field field) {
    if (!field.hasDefaultValue()) {
      return "";
    }
    Object value = field.defaultVal();
    return ", by default "
        + (value == JsonProperties.NULL_VALUE
            ? "null"
            : value instanceof String text
                ? "\"" + text + "\""
                : value instanceof byte[] bytes ? "0x" + HexFormat.of().formatHex(bytes) : value);
  }

  private static String tags(Schema.Field field) {
    Object tags = field.getObjectProp(FieldTags.PROPERTY);
    return tags == null ? "" : ", tags " + tags;
  }
}
