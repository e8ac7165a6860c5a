package io.leat.ingestion.decoding;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat;
import io.leat.pipeline.definition.InputFormat.DecimalTexts;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.schemas.Decimals;
import io.leat.schemas.Nesting;
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
  /** Levels that an envelope adds to those of the event in it. */
  private static final int ENVELOPE_LEVELS = 3;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** Jackson bounds names and the digits of numbers by itself. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Nesting.MOST_LEVELS + ENVELOPE_LEVELS)
                          .maxNumberLength(Decimals.MOST_DIGITS)
                          .build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final Schema schema;
  private final Predicate<String> quotable;
  private final LogicalValues logicals;

  /**
   * @param quotable whether a message may quote the value of a field, by its path
   */
  public JsonEvents(Contract contract, Predicate<String> quotable) {
    InputFormat inputFormat = contract.inputFormat();
    this.schema = contract.schema();
    this.quotable = quotable;
    this.logicals =
        new LogicalValues(
            inputFormat.timePrecision(),
            inputFormat.envelope() instanceof Envelope.Debezium debezium
                ? debezium.decimals()
                : DecimalTexts.TEXT);
  }

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    if (value == null) {
      return WireValue.check(null, headers).orElseThrow();
    }
    try {
      return event(parse(value), Map.of());
    } catch (NotJsonException e) {
      return e.refused();
    }
  }

  /** The bytes are no JSON object; the message says what was found and quotes none of it. */
  static final class NotJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final DeadLetterReason reason;

    NotJsonException(DeadLetterReason reason, String message) {
      super(message);
      this.reason = reason;
    }

    Opened.Refused refused() {
      return Opened.Refused.of(reason, String.valueOf(getMessage()));
    }
  }

  static ObjectNode parse(byte[] value) throws NotJsonException {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      if (text.isBlank() || text.charAt(0) == BYTE_ORDER_MARK) {
        throw new NotJsonException(
            DeadLetterReason.NOT_JSON,
            text.isBlank()
                ? "the value is empty; expected { ... }"
                : "the value begins with a byte order mark; expected { ... }");
      }
      return object(JSON.readTree(text));
    } catch (CharacterCodingException e) {
      throw new NotJsonException(
          DeadLetterReason.NOT_JSON, "the %d bytes are no UTF-8".formatted(value.length));
    } catch (JacksonException e) {
      throw stopped(e);
    } catch (NumberFormatException e) { // of an exponent that BigDecimal has no room for
      throw new NotJsonException(
          DeadLetterReason.NOT_JSON,
          "the JSON has a number with an exponent of more than 9 digits");
    }
  }

  static ObjectNode object(JsonNode value) throws NotJsonException {
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw new NotJsonException(
        DeadLetterReason.NOT_JSON, "the value is JSON but no object; expected { ... }");
  }

  private static NotJsonException stopped(JacksonException e) {
    String what = String.valueOf(e.getOriginalMessage());
    if (e instanceof StreamConstraintsException) { // which does not say where
      return what.contains("nesting depth")
          ? new NotJsonException(
              DeadLetterReason.TOO_DEEP,
              "the JSON is nested deeper than %d levels".formatted(Nesting.MOST_LEVELS))
          : new NotJsonException(
              DeadLetterReason.NOT_JSON,
              "the JSON has a number of more than %d digits, or a name or text without end"
                  .formatted(Decimals.MOST_DIGITS));
    }
    JsonLocation at = e.getLocation() == null ? JsonLocation.NA : e.getLocation();
    return new NotJsonException(
        DeadLetterReason.NOT_JSON,
        "no JSON: %s at line %d, column %d"
            .formatted(found(e, what), Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr())));
  }

  /** In our own words: Jackson's quote the value. */
  private static String found(JacksonException e, String what) {
    if (what.startsWith("Duplicate")) {
      return "an object has a key twice";
    }
    if (what.startsWith("Non-standard token")) {
      return "NaN and infinities are no numbers of JSON; expected null";
    }
    if (e instanceof MismatchedInputException) {
      return "something stands behind the object";
    }
    return e instanceof JsonEOFException ? "it ends before its object does" : "the parser stopped";
  }

  /**
   * An event of an object's fields.
   *
   * @param more fields that come from elsewhere and stand before the object's own
   */
  Opened event(ObjectNode object, Map<String, JsonNode> more) {
    more.forEach(
        (name, value) -> {
          object.remove(schema.getField(name).aliases());
          object.set(name, value);
        });
    List<String> problems = new ArrayList<>(0);
    GenericRecord event;
    try {
      event = new JsonToAvro(problems, quotable, logicals).record(object, schema);
    } catch (JsonToAvro.TooDeepException e) {
      return Opened.Refused.of(DeadLetterReason.TOO_DEEP, String.valueOf(e.getMessage()));
    }
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
    JsonToAvro converter = new JsonToAvro(problems, quotable, logicals);
    values.forEach(
        (name, value) ->
            event.put(name, converter.value(value, schema.getField(name).schema(), name)));
    return problems;
  }
}
