package io.leat.ingestion.decoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.InputFormat.Envelope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Opens Debezium's JSON, with its schema beside the payload or without. */
final class DebeziumJson implements EventReader {
  private final Envelope.Debezium envelope;
  private final JsonEvents events;

  DebeziumJson(Envelope.Debezium envelope, JsonEvents events) {
    this.envelope = envelope;
    this.events = events;
  }

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    if (value == null) {
      return new Opened.Skipped();
    }
    ObjectNode object;
    try {
      object = JsonEvents.parse(value);
    } catch (JsonEvents.NotJsonException e) {
      return e.refused();
    }
    return object.has("schema") && object.get("payload") instanceof ObjectNode payload
        ? change(payload, object.get("schema"))
        : change(object, null);
  }

  /**
   * @param schema Kafka Connect's, of the change; null where there is none
   */
  private Opened change(ObjectNode change, @Nullable JsonNode schema) {
    if (!change.path("op").isTextual()) {
      return Opened.Refused.of(DeadLetterReason.NOT_THE_ENVELOPE, DebeziumRow.NO_CHANGE);
    }
    DebeziumRow row = DebeziumRow.of(change.get("op").textValue(), envelope.deletes());
    if (row.instead().isPresent()) {
      return row.instead().get();
    }
    JsonNode typed =
        ConnectTypes.typed(change.path(row.field()), ConnectTypes.field(schema, row.field()));
    if (!(typed instanceof ObjectNode content)) {
      return Opened.Refused.of(DeadLetterReason.NOT_THE_ENVELOPE, row.empty());
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    envelope
        .attributes()
        .forEach(
            (attribute, field) -> {
              JsonNode found = change;
              JsonNode type = schema;
              for (String name : attribute.split("\\.", -1)) {
                found = found.path(name);
                type = ConnectTypes.field(type, name);
              }
              if (!found.isMissingNode()) {
                values.put(field, ConnectTypes.moment(ConnectTypes.typed(found, type), attribute));
              }
            });
    return events.event(content, values);
  }
}
