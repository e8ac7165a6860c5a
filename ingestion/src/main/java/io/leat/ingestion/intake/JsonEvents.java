package io.leat.ingestion.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.DeadLetterReason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON objects in UTF-8, strictly: a key that stands twice, bytes that are no UTF-8 and
 * anything behind the object are refused. Keys that the schema does not have are passed over, as
 * Avro passes over a writer's further fields.
 */
public final class JsonEvents implements EventReader {
  /** Jackson bounds nesting (1,000), names and numbers by itself. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final Schema schema;
  private final Predicate<String> quotable;

  /**
   * @param quotable whether a message may quote the value of a field, by its path
   */
  public JsonEvents(Schema schema, Predicate<String> quotable) {
    this.schema = schema;
    this.quotable = quotable;
  }

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    if (value == null) {
      return WireValue.check(null).orElseThrow();
    }
    try {
      return event(parse(value), Map.of());
    } catch (NotJsonException e) {
      return Opened.Refused.of(DeadLetterReason.NOT_JSON, String.valueOf(e.getMessage()));
    }
  }

  /** The bytes are no JSON object; the message says what was found and quotes none of it. */
  static final class NotJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    NotJsonException(String message) {
      super(message);
    }
  }

  static ObjectNode parse(byte[] value) throws NotJsonException {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      if (JSON.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new NotJsonException("the value is JSON but no object; expected { ... }");
    } catch (CharacterCodingException e) {
      throw new NotJsonException("the %d bytes are no UTF-8".formatted(value.length));
    } catch (JacksonException e) {
      throw new NotJsonException(
          "no JSON: the parser stopped at line %d, column %d (%s)"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
                  e.getClass().getSimpleName()));
    }
  }

  /**
   * An event of an object's fields.
   *
   * @param more fields that come from elsewhere and stand before the object's own
   */
  Opened event(ObjectNode object, Map<String, JsonNode> more) {
    object.setAll(more);
    List<String> problems = new ArrayList<>(0);
    GenericRecord event = new JsonToAvro(problems, quotable).record(object, schema);
    return problems.isEmpty()
        ? new Opened.Event(event, OptionalInt.empty(), OptionalInt.empty(), Optional.empty())
        : Opened.Refused.of(DeadLetterReason.NOT_THE_SCHEMA, String.join("; ", problems));
  }

  /**
   * Puts values into fields of an event that was decoded already.
   *
   * @return what does not fit, in words
   */
  public List<String> put(GenericRecord event, Map<String, JsonNode> values) {
    List<String> problems = new ArrayList<>(0);
    JsonToAvro converter = new JsonToAvro(problems, quotable);
    values.forEach(
        (name, value) ->
            event.put(name, converter.value(value, schema.getField(name).schema(), name)));
    return problems;
  }
}
