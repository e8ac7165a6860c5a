package io.leat.benchmarks;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * An event as a CEL library without an adapter for Avro takes it: a map of its fields, without
 * those that are null, so that {@code has(event.field)} asks whether a value is there.
 */
final class EventMap {
  private EventMap() {}

  static Map<String, Object> of(GenericRecord event) {
    Map<String, Object> fields = new HashMap<>();
    for (Schema.Field field : event.getSchema().getFields()) {
      Object value = event.get(field.pos());
      if (value != null) {
        fields.put(field.name(), value(field.schema(), value));
      }
    }
    return fields;
  }

  private static Object value(Schema schema, Object value) {
    if (value instanceof Long number) {
      return isTime(schema) ? Instant.ofEpochMilli(number) : number;
    }
    if (value instanceof Integer number) {
      return number.longValue();
    }
    return value instanceof Double || value instanceof Boolean ? value : value.toString();
  }

  private static boolean isTime(@Nullable Schema schema) {
    return schema.getType() == Schema.Type.UNION
        ? schema.getTypes().stream().anyMatch(EventMap::isTime)
        : schema.getLogicalType() instanceof LogicalTypes.TimestampMillis;
  }
}
