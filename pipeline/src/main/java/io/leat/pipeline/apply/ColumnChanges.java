package io.leat.pipeline.apply;

import io.leat.schemas.TypeNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Says which fields of a contract can no longer be kept in the columns that their earlier values
 * are in. A column takes new fields and wider numbers, and holds one meaning: a number that counts
 * milliseconds in old rows and microseconds in new ones is of no use, and neither is a feature made
 * of both.
 */
final class ColumnChanges {
  /** Types that stand in one column. */
  private static final Set<Set<String>> WIDENED =
      Set.of(Set.of("int", "long"), Set.of("float", "double"));

  /** Of a decimal column; longer ones are kept as bytes. */
  private static final int MOST_DIGITS = 38;

  private ColumnChanges() {}

  /** What cannot be kept, field by field, in words. */
  static List<String> refusals(Schema before, Schema after) {
    List<String> refusals = new ArrayList<>();
    compareFields("", before, after, new ArrayDeque<>(), refusals);
    return refusals;
  }

  private static void compareFields(
      String prefix, Schema before, Schema after, Deque<String> within, List<String> refusals) {
    within.push(after.getFullName());
    for (Schema.Field field : after.getFields()) {
      Schema.Field old = before.getField(field.name());
      if (old != null) {
        compare(prefix + field.name(), old.schema(), field.schema(), within, refusals);
      }
    }
    within.pop();
  }

  private static void compare(
      String path,
      Schema optionalBefore,
      Schema optionalAfter,
      Deque<String> within,
      List<String> refusals) {
    Schema before = withoutNull(optionalBefore);
    Schema after = withoutNull(optionalAfter);
    String was = column(before, within);
    String is = column(after, within);
    if (was.equals(is)) {
      switch (is) {
        case "record" -> compareFields(path + ".", before, after, within, refusals);
        case "list" ->
            compare(path, before.getElementType(), after.getElementType(), within, refusals);
        case "map" -> compare(path, before.getValueType(), after.getValueType(), within, refusals);
        default -> {}
      }
      return;
    }
    if (!WIDENED.contains(Set.of(was, is)) && !isWiderDecimal(before, after)) {
      refusals.add(
          "field %s changed from %s to %s, and its column in the offline table holds one of them alone. Give the field another name, with a default"
              .formatted(path, TypeNames.of(before), TypeNames.of(after)));
    }
  }

  private static boolean isWiderDecimal(Schema before, Schema after) {
    return before.getLogicalType() instanceof LogicalTypes.Decimal was
        && after.getLogicalType() instanceof LogicalTypes.Decimal is
        && was.getScale() == is.getScale()
        && was.getPrecision() <= is.getPrecision()
        && is.getPrecision() <= MOST_DIGITS;
  }

  /** What a column holds, and counts. */
  private static String column(Schema schema, Deque<String> within) {
    LogicalType logical = schema.getLogicalType();
    if (logical instanceof LogicalTypes.Decimal) {
      return TypeNames.of(logical);
    }
    return switch (schema.getType()) {
      case STRING, ENUM -> "string";
      case BYTES, FIXED -> logical == null ? "bytes" : logical.getName();
      case INT, LONG -> logical == null ? schema.getType().getName() : logical.getName();
      case ARRAY -> "list";
      case MAP -> "map";
      case RECORD ->
          within.contains(schema.getFullName()) || schema.getFields().isEmpty() ? "JSON" : "record";
      case UNION -> "JSON";
      case NULL -> "string";
      case FLOAT, DOUBLE, BOOLEAN -> schema.getType().getName();
    };
  }

  /** The other branch of a union with null; the schema itself otherwise. */
  private static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? branches.get(0) : schema;
  }
}
