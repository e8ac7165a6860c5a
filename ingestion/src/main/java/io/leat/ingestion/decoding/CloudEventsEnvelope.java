package io.leat.ingestion.decoding;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.leat.ingestion.decoding.JsonEvents.NotJsonException;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.schemas.Decimals;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Opens CloudEvents 1.0 in Kafka's binary or structured mode; their data is read as the contract's
 * format says.
 *
 * <p>JSON of structured mode is read by {@link JsonEvents}, as any other JSON: its numbers keep
 * their digits and its keys stand once. The library's builder says what a CloudEvent must have.
 */
final class CloudEventsEnvelope implements EventReader {
  private static final String CONTENT_TYPE = "content-type";
  private static final String STRUCTURED = "application/cloudevents";
  private static final String BINARY_HEADER = "ce_";
  private static final String NO_CLOUD_EVENT =
      "the record is no CloudEvent 1.0 in binary mode (headers ce_*) or structured mode"
          + " (content-type application/cloudevents+json)";

  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)", Pattern.CASE_INSENSITIVE);

  private static final Set<String> UTF_8_NAMES = Set.of("utf-8", "utf8", "us-ascii", "ascii");

  private final Map<String, String> attributes;
  private final EventReader data;
  private final JsonEvents fields;

  CloudEventsEnvelope(Envelope.CloudEvents envelope, EventReader data, JsonEvents fields) {
    this.attributes = envelope.attributes();
    this.data = data;
    this.fields = fields;
  }

  /**
   * A CloudEvent.
   *
   * @param json its data, where that is a JSON value
   * @param bytes its data otherwise; empty where there is none
   */
  private record Content(CloudEvent context, Optional<JsonNode> json, byte[] bytes) {}

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    Content content;
    try {
      String type = text(headers.lastHeader(CONTENT_TYPE));
      checkCharset(type);
      content =
          type.toLowerCase(Locale.ROOT).startsWith(STRUCTURED)
              ? structured(value, type)
              : binary(value, headers, type);
    } catch (NotJsonException e) {
      Opened.Refused refused = e.refused();
      return refused.reason() == DeadLetterReason.NOT_JSON
          ? Opened.Refused.of(
              DeadLetterReason.NOT_THE_ENVELOPE, NO_CLOUD_EVENT + ": " + refused.message())
          : refused;
    } catch (IOException | RuntimeException e) { // the builder's, of an attribute that is none
      return new Opened.Refused(
          DeadLetterReason.NOT_THE_ENVELOPE,
          NO_CLOUD_EVENT + ": " + e.getMessage(),
          OptionalInt.empty(),
          Optional.of(e));
    }
    if (content.json().isEmpty() && content.bytes().length == 0) {
      return Opened.Refused.of(
          DeadLetterReason.NULL_VALUE, "the CloudEvent has no data; expected an event");
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    attributes.forEach(
        (attribute, field) ->
            attribute(content.context(), attribute).ifPresent(node -> values.put(field, node)));
    if (data != fields) {
      byte[] bytes =
          content.json().map(json -> json.toString().getBytes(UTF_8)).orElse(content.bytes());
      return with(data.read(bytes, headers), values);
    }
    try {
      return fields.event(
          content.json().isPresent()
              ? JsonEvents.object(content.json().get())
              : JsonEvents.parse(content.bytes()),
          values);
    } catch (NotJsonException e) {
      return e.refused();
    }
  }

  private static Content binary(byte @Nullable [] value, Headers headers, String type)
      throws CharacterCodingException {
    Map<String, String> context = new LinkedHashMap<>();
    for (Header header : headers) {
      if (header.key().startsWith(BINARY_HEADER)) {
        context.put(
            header.key().substring(BINARY_HEADER.length()).toLowerCase(Locale.ROOT), text(header));
      }
    }
    CloudEventBuilder builder = builder(context.remove("specversion"));
    if (!type.isEmpty()) {
      builder.withContextAttribute("datacontenttype", type);
    }
    context.forEach(builder::withContextAttribute);
    return new Content(built(builder), Optional.empty(), value == null ? new byte[0] : value);
  }

  private static Content structured(byte @Nullable [] value, String type)
      throws NotJsonException, IOException {
    if (!mediaType(type).equals(STRUCTURED + "+json")) {
      throw new IllegalArgumentException(
          "the content-type is '%s'; expected application/cloudevents+json".formatted(type));
    }
    ObjectNode event = JsonEvents.parse(value == null ? new byte[0] : value);
    event.properties().removeIf(property -> property.getValue().isNull()); // as if it were absent
    JsonNode version = event.remove("specversion");
    JsonNode data = event.remove("data");
    JsonNode base64 = event.remove("data_base64");
    String dataType = event.path("datacontenttype").asText("application/json");
    CloudEventBuilder builder = builder(version == null ? null : version.textValue());
    event
        .properties()
        .forEach(property -> attribute(builder, property.getKey(), property.getValue()));
    CloudEvent context = built(builder);
    if (base64 != null) {
      if (data != null || !base64.isTextual()) {
        throw new IllegalArgumentException("data_base64 is no text, or data stands beside it");
      }
      return new Content(context, Optional.empty(), binary(base64));
    }
    if (data == null || isJson(dataType)) {
      return new Content(context, Optional.ofNullable(data), new byte[0]);
    }
    if (!data.isTextual()) {
      throw new IllegalArgumentException(
          "the data is JSON and its datacontenttype '%s' is not; expected one that ends in json"
              .formatted(dataType));
    }
    return new Content(context, Optional.empty(), data.textValue().getBytes(UTF_8));
  }

  private static byte[] binary(JsonNode base64) {
    try {
      return base64.binaryValue();
    } catch (IOException e) { // which quotes it
      throw new IllegalArgumentException("data_base64 is no base64 as RFC 4648 writes it", e);
    }
  }

  private static CloudEventBuilder builder(@Nullable String version) {
    if (!"1.0".equals(version)) {
      throw new IllegalArgumentException(
          version == null
              ? "it has no specversion"
              : "its specversion is '%s'; expected 1.0".formatted(version));
    }
    return CloudEventBuilder.v1();
  }

  /** The specification's required attributes are texts that are not empty. */
  private static CloudEvent built(CloudEventBuilder builder) {
    CloudEvent event = builder.build();
    if (event.getId().isEmpty()
        || event.getType().isEmpty()
        || event.getSource().toString().isEmpty()) {
      throw new IllegalArgumentException(
          "its %s is empty"
              .formatted(
                  event.getId().isEmpty() ? "id" : event.getType().isEmpty() ? "type" : "source"));
    }
    return event;
  }

  private static void attribute(CloudEventBuilder builder, String name, JsonNode value) {
    if (value.isTextual()) {
      builder.withContextAttribute(name, value.textValue());
    } else if (value.isBoolean()) {
      builder.withContextAttribute(name, value.booleanValue());
    } else if (value.isNumber()) {
      builder.withContextAttribute(name, number(name, value));
    } else {
      throw new IllegalArgumentException(
          "the attribute %s is no text, whole number or bool".formatted(name));
    }
  }

  private static Integer number(String name, JsonNode value) {
    try {
      return Decimals.toInt(value.decimalValue());
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "the attribute %s is a number; expected a whole one of 32 bits, or a text"
              .formatted(name),
          e);
    }
  }

  /** Whether data of a type is JSON: JSON event format 1.0, section 3.1. */
  private static boolean isJson(String type) {
    String media = mediaType(type);
    return media.endsWith("/json") || media.endsWith("+json");
  }

  /**
   * Texts are read as UTF-8, of which ASCII is a part.
   *
   * @throws IllegalArgumentException if the content type names another charset
   */
  private static void checkCharset(String type) {
    Matcher charset = CHARSET.matcher(type);
    if (charset.find() && !UTF_8_NAMES.contains(charset.group(1).toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "the content-type is '%s'; expected utf-8".formatted(type));
    }
  }

  /** A content type without its parameters. */
  private static String mediaType(String type) {
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  /** A header's text; empty where there is none. */
  private static String text(@Nullable Header header) throws CharacterCodingException {
    return header == null || header.value() == null
        ? ""
        : UTF_8.newDecoder().decode(ByteBuffer.wrap(header.value())).toString();
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
