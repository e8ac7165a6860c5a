package io.leat.deadletters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.privacy.Sensitive;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Masks in an event's JSON what may not be shown: what the contract protects, and what it does not
 * know and so cannot call harmless.
 */
final class EventMask {
  static final String MASKED = "***";

  private final Schema schema;
  private final Sensitive sensitive;

  EventMask(Schema schema, Sensitive sensitive) {
    this.schema = schema;
    this.sensitive = sensitive;
  }

  JsonNode mask(JsonNode event) {
    return mask(event, schema, "");
  }

  private JsonNode mask(JsonNode node, @Nullable Schema declared, String path) {
    if (node.isNull()) {
      return node;
    }
    Schema found = declared == null ? null : branch(declared, node);
    if (found == null) {
      return masked();
    }
    if (node instanceof ObjectNode object && found.getType() == Schema.Type.RECORD) {
      ObjectNode fields = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              field -> {
                Schema.Field known = found.getField(field.getKey());
                String below = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
                fields.set(
                    field.getKey(),
                    mask(field.getValue(), known == null ? null : known.schema(), below));
              });
      return fields;
    }
    if (node instanceof ObjectNode object && found.getType() == Schema.Type.MAP) {
      ObjectNode entries = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              entry ->
                  entries.set(entry.getKey(), mask(entry.getValue(), found.getValueType(), path)));
      return entries;
    }
    if (node instanceof ArrayNode array && found.getType() == Schema.Type.ARRAY) {
      ArrayNode items = JsonNodeFactory.instance.arrayNode();
      array.forEach(item -> items.add(mask(item, found.getElementType(), path)));
      return items;
    }
    return node.isContainerNode() || !sensitive.isQuotable(path) ? masked() : node;
  }

  /** The branch of a union that a value of this kind is of; the schema itself where it is none. */
  private static @Nullable Schema branch(Schema schema, JsonNode node) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    return schema.getTypes().stream()
        .filter(
            type ->
                switch (type.getType()) {
                  case RECORD, MAP -> node.isObject();
                  case ARRAY -> node.isArray();
                  case NULL -> false;
                  case UNION, ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN ->
                      node.isValueNode();
                })
        .findFirst()
        .orElse(null);
  }

  private static JsonNode masked() {
    return JsonNodeFactory.instance.textNode(MASKED);
  }
}
