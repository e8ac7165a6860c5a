package io.leat.ingestion.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.leat.ingestion.DeadLetterReason;
import io.leat.pipeline.contract.Intake.Envelope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Opens CloudEvents 1.0 in Kafka's binary or structured mode; their data is read as the contract's
 * format says.
 */
final class CloudEventsEnvelope implements EventReader {
  private final Map<String, String> attributes;
  private final EventReader data;
  private final JsonEvents fields;

  CloudEventsEnvelope(
      Schema schema, Envelope.CloudEvents envelope, EventReader data, JsonEvents fields) {
    this.attributes = envelope.attributes();
    this.data = data;
    this.fields = fields;
  }

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    CloudEvent envelope;
    try {
      envelope =
          KafkaMessageFactory.createReader(headers, value == null ? new byte[0] : value).toEvent();
    } catch (RuntimeException e) { // whatever the library says of bytes that it cannot read
      return new Opened.Refused(
          DeadLetterReason.NOT_THE_ENVELOPE,
          "the record is no CloudEvent 1.0: neither the headers ce_* of binary mode nor JSON of structured mode (content-type application/cloudevents+json) could be read",
          OptionalInt.empty(),
          Optional.of(e));
    }
    CloudEventData content = envelope.getData();
    if (content == null || content.toBytes().length == 0) {
      return Opened.Refused.of(
          DeadLetterReason.NULL_VALUE, "the CloudEvent has no data; expected an event");
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    attributes.forEach(
        (attribute, field) ->
            attribute(envelope, attribute).ifPresent(node -> values.put(field, node)));
    byte[] bytes = content.toBytes();
    if (data == fields) {
      try {
        return fields.event(JsonEvents.parse(bytes), values);
      } catch (JsonEvents.NotJsonException e) {
        return Opened.Refused.of(DeadLetterReason.NOT_JSON, String.valueOf(e.getMessage()));
      }
    }
    return with(data.read(bytes, headers), values);
  }

  private Opened with(Opened opened, Map<String, JsonNode> values) {
    if (!(opened instanceof Opened.Event event) || values.isEmpty()) {
      return opened;
    }
    List<String> problems = fields.put(event.event(), values);
    return problems.isEmpty()
        ? new Opened.Event(
            event.event(), event.writerSchemaId(), event.writerVersion(), Optional.empty())
        : new Opened.Refused(
            DeadLetterReason.NOT_THE_SCHEMA,
            String.join("; ", problems),
            event.writerSchemaId(),
            Optional.empty());
  }

  private static Optional<JsonNode> attribute(CloudEvent event, String name) {
    Object value =
        event.getAttributeNames().contains(name)
            ? event.getAttribute(name)
            : event.getExtension(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Integer number) {
      return Optional.of(IntNode.valueOf(number));
    }
    if (value instanceof Boolean bool) {
      return Optional.of(BooleanNode.valueOf(bool));
    }
    return Optional.of(TextNode.valueOf(value.toString())); // times are written as ISO 8601
  }
}
