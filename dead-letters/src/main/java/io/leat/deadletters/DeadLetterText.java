package io.leat.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.records.DeadLetter;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.LogPositions;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import io.leat.schemas.WireFormat;
import io.leat.schemas.deadletter.DeadLetterReader;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters in words. What a contract protects is masked unless it is asked for in clear;
 * without the contract nothing of the event is shown unless so asked. Not thread-safe.
 */
public final class DeadLetterText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final int FIRST_WORDS = 100;
  private static final String VALUES = "values";
  private static final String NAME_THE_PIPELINE =
      "(%,d bytes; name the pipeline with --pipeline DIR, so that what it protects can be masked,"
          + " or show all with --clear)";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Optional<DeadLetterContract> contract;
  private final AvroCodec codec;
  private final boolean clear;

  /**
   * @param contract today's; empty where it is not known
   * @param clear whether protected values are shown
   */
  public DeadLetterText(
      Optional<DeadLetterContract> contract, RegistryClient registry, boolean clear) {
    this.contract = contract;
    this.codec = new AvroCodec(registry);
    this.clear = clear;
  }

  /** A dead letter on one line: position, time (UTC), reason, rules, source, first words. */
  public static String line(DeadLetterRecord deadLetter) {
    String message = plain(deadLetter.message());
    return "%-9s %s  %-23s %s%-20s %s"
        .formatted(
            deadLetter.position(),
            TIME.format(deadLetter.written()),
            deadLetter.reason().map(Enum::name).orElse("(unknown)"),
            deadLetter.rules().isEmpty() ? "" : plain(String.join(",", deadLetter.rules())) + "  ",
            source(deadLetter),
            message.length() <= FIRST_WORDS ? message : message.substring(0, FIRST_WORDS) + "...");
  }

  /** The dead letter's headers, key and value. */
  public List<String> show(DeadLetterRecord deadLetter) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "dead letter %s, written %s UTC, of the event at %s"
            .formatted(
                deadLetter.position(), TIME.format(deadLetter.written()), source(deadLetter)));
    lines.add("");
    lines.add("headers");
    for (Header header : deadLetter.headers()) {
      lines.add("  " + plain(header.key()) + ": " + header(deadLetter, header));
    }
    Content content = content(deadLetter);
    String withheld = content.withheld();
    EventBytes bytes = content.bytes();
    lines.add("");
    lines.add("key");
    lines.add("  " + (withheld.isEmpty() ? key(bytes.key()) : withheld));
    lines.add("");
    lines.add("value");
    (withheld.isEmpty() ? value(deadLetter, bytes) : List.of(withheld))
        .forEach(line -> lines.add("  " + line));
    return lines;
  }

  /** The record as one object: its headers, key and value, as far as they may be shown. */
  public ObjectNode json(DeadLetterRecord deadLetter) {
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    ObjectNode headers = record.putObject("headers");
    for (Header header : deadLetter.headers()) {
      headers.put(plain(header.key()), header(deadLetter, header));
    }
    Content content = content(deadLetter);
    if (!content.withheld().isEmpty()) {
      return record.put("key", content.withheld()).put("value", content.withheld());
    }
    EventBytes bytes = content.bytes();
    record.put("key", bytes.key() == null ? null : key(bytes.key()));
    byte[] value = bytes.value();
    if (value == null) {
      record.putNull("value");
    } else {
      json(deadLetter, bytes, value)
          .ifPresentOrElse(
              json -> record.set("value", json),
              () ->
                  record.put(
                      "value",
                      mayShowAll() ? "0x" + HexFormat.of().formatHex(value) : undecodable(value)));
    }
    return record;
  }

  /**
   * @param withheld why the bytes are not shown; empty: they are
   */
  private record Content(EventBytes bytes, String withheld) {}

  private Content content(DeadLetterRecord deadLetter) {
    EventBytes bytes = new EventBytes(deadLetter.key(), deadLetter.value());
    String withheld = "";
    if (contract.isPresent()) {
      try {
        bytes = contract.get().bytes(deadLetter);
      } catch (DeadLetterException e) {
        withheld = "(" + e.getMessage() + ")";
      }
    } else if (deadLetter.isEncrypted()) {
      withheld =
          "(encrypted; name the pipeline, whose contract says which keys, with --pipeline DIR)";
    } else if (!clear) {
      withheld = NAME_THE_PIPELINE.formatted(bytes.value() == null ? 0 : bytes.value().length);
    }
    return new Content(bytes, withheld);
  }

  /**
   * The event's value byte for byte as its producer wrote it.
   *
   * @throws DeadLetterException if there is none, it cannot be decrypted, or it may hold what must
   *     not be shown
   */
  public byte[] original(DeadLetterRecord deadLetter) {
    if (!clear && !contract.map(known -> known.sensitive().isEmpty()).orElse(false)) {
      throw new DeadLetterException(
          contract.isEmpty()
              ? "Nobody knows what of this event is protected: name the pipeline with --pipeline"
                  + " DIR, or say --clear."
              : "The event may hold what its contract protects; with --clear it is saved all the"
                  + " same.");
    }
    byte[] value =
        contract.isPresent() ? contract.get().bytes(deadLetter).value() : deadLetter.value();
    if (value == null || contract.isEmpty() && deadLetter.isEncrypted()) {
      throw new DeadLetterException(
          value == null
              ? "The dead letter %s has no value.".formatted(deadLetter.position())
              : "The dead letter is encrypted; name the pipeline, whose contract says which keys,"
                  + " with --pipeline DIR.");
    }
    return value;
  }

  /**
   * What was found, what was expected, what to do, and what today's contract says.
   *
   * @param event name of the event
   */
  public List<String> explain(String event, DeadLetterRecord deadLetter) {
    List<String> lines = new ArrayList<>();
    Optional<DeadLetter> details = deadLetter.details(codec);
    lines.add(
        "dead letter %s of %s: %s"
            .formatted(
                deadLetter.position(),
                event,
                deadLetter.reason().map(Enum::name).orElse("(unknown)")));
    deadLetter.reason().ifPresent(reason -> lines.add("  means     " + reason.found()));
    lines.add("  message   " + plain(deadLetter.message()));
    details
        .map(DeadLetter::getViolations)
        .ifPresent(
            violations ->
                violations.forEach(
                    violation ->
                        lines.add(
                            "  rule      "
                                + rule(
                                    plain(violation.getRule()), plain(violation.getMessage())))));
    lines.add(
        "  event     %s, refused %s UTC"
            .formatted(source(deadLetter), TIME.format(deadLetter.written())));
    details.ifPresent(
        dead ->
            lines.add(
                "  checked   by the contract %s%s; %s"
                    .formatted(
                        plain(dead.getEvent()),
                        dead.getContractVersion() == null
                            ? " (not decoded so far that its version counts)"
                            : ", version " + dead.getContractVersion(),
                        dead.getWriterSchemaId() == null
                            ? "it names no writer's schema"
                            : "written with schema id " + dead.getWriterSchemaId())));
    deadLetter.reason().ifPresent(reason -> lines.add("  to do     " + reason.advice()));
    lines.add("  today     " + today(event, deadLetter));
    return lines;
  }

  /** A rule that has no message of its own is named in the usual one. */
  private static String rule(String name, String message) {
    return message.startsWith(name + ": ") ? message : name + ": " + message;
  }

  private String today(String event, DeadLetterRecord deadLetter) {
    if (contract.isEmpty()) {
      return "not known: name the pipeline with --pipeline DIR";
    }
    Verdict verdict;
    try {
      verdict = contract.get().validate(deadLetter, contract.get().bytes(deadLetter));
    } catch (DeadLetterException e) {
      return "not known: " + e.getMessage();
    }
    if (verdict instanceof Verdict.Refused refused) {
      return "the contract refuses it: %s: %s"
          .formatted(refused.reason(), plain(contract.get().message(refused)));
    }
    return verdict instanceof Verdict.Skipped
        ? "the contract skips it: it is no event"
        : "the contract accepts it: ./leat dlq replay %s --offset %s --pipeline DIR"
            .formatted(event, deadLetter.position());
  }

  private String header(DeadLetterRecord deadLetter, Header header) {
    if (header.value() == null) {
      return "(null)";
    }
    if (header.key().equals(RecordHeaders.DEAD_LETTER)) {
      return deadLetter.details(codec).map(Object::toString).orElse("(cannot be read)");
    }
    boolean mayShow =
        clear || DeadLetterReader.isAdded(header.key()) || mayShowProducers(header.key());
    String text = new String(header.value(), UTF_8);
    if (header.key().equals(RecordHeaders.ERROR_STACK_TRACE)
        && deadLetter.reason().filter(DeadLetterReason.INTERNAL_ERROR::equals).isEmpty()) {
      text = text.lines().findFirst().orElse("") + " ...";
    }
    return mayShow ? plain(text) : EventMask.MASKED;
  }

  /** Not where the header holds what becomes a protected field, or nobody knows. */
  private boolean mayShowProducers(String name) {
    if (contract.isEmpty()) {
      return false;
    }
    return !(contract.get().contract().inputFormat().envelope()
            instanceof Envelope.CloudEvents envelope)
        || contract.get().sensitive().isEmpty()
        || Optional.ofNullable(envelope.attributes().get(name.replaceFirst("^ce_", "")))
            .map(contract.get().sensitive()::isQuotable)
            .orElse(true);
  }

  private String key(byte @Nullable [] key) {
    if (key == null) {
      return "(null)";
    }
    boolean isProtected =
        contract
            .flatMap(
                known ->
                    known.contract().key().filter(field -> !known.sensitive().isQuotable(field)))
            .isPresent();
    if (isProtected && !clear) {
      return EventMask.MASKED;
    }
    String text = new String(key, UTF_8);
    return Arrays.equals(text.getBytes(UTF_8), key)
        ? plain(text)
        : String.join("\n  ", HexDump.of(key));
  }

  private List<String> value(DeadLetterRecord deadLetter, EventBytes bytes) {
    byte[] value = bytes.value();
    if (value == null) {
      return List.of("(null)");
    }
    return json(deadLetter, bytes, value)
        .map(DeadLetterText::pretty)
        .orElseGet(
            () -> mayShowAll() ? HexDump.of(value) : List.of("(" + undecodable(value) + ")"));
  }

  private boolean mayShowAll() {
    return clear || contract.isEmpty() || contract.get().sensitive().isEmpty();
  }

  private static String undecodable(byte[] value) {
    return "%,d bytes that cannot be decoded and may hold what the contract protects; --clear shows them"
        .formatted(value.length);
  }

  /** The value, what is protected masked; empty where it cannot be decoded. */
  private Optional<JsonNode> json(DeadLetterRecord deadLetter, EventBytes bytes, byte[] value) {
    if (mayShowAll()) {
      return decoded(value);
    }
    DeadLetterContract known = contract.get();
    Optional<JsonNode> event =
        known.contract().inputFormat().envelope() instanceof Envelope.None
            ? decoded(value)
            : known.open(deadLetter, bytes) instanceof Opened.Event opened
                ? Optional.of(EventJson.of(opened.event()))
                : Optional.empty();
    return event.map(
        json -> new EventMask(known.contract().schema(), known.sensitive()).mask(json));
  }

  /** As JSON: Avro by the schema that it was written with, or JSON as it is. */
  private Optional<JsonNode> decoded(byte[] value) {
    if (WireFormat.isFramed(value)) {
      try {
        Schema schema = codec.writerSchema(value);
        return Optional.of(named(EventJson.of(codec.decode(value, schema)), schema));
      } catch (MalformedValueException e) {
        return Optional.empty(); // told by the reason already
      } catch (RegistryException e) {
        if (e.isRetriable()) {
          throw e;
        }
        return Optional.empty(); // no Avro schema
      }
    }
    try {
      JsonNode json = JSON.readTree(new String(value, UTF_8));
      return json != null && json.isContainerNode() ? Optional.of(json) : Optional.empty();
    } catch (JacksonException | NumberFormatException e) {
      return Optional.empty(); // bytes are shown
    }
  }

  /** A feature vector's values by their names, where the schema has them. */
  private static ObjectNode named(ObjectNode record, Schema schema) {
    Schema.Field values = schema.getField(VALUES);
    if (values != null && values.getObjectProp(FeatureVectorSchema.NAMES) != null) {
      List<String> names = FeatureVectorSchema.names(schema);
      ObjectNode byName = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < names.size(); i++) {
        byName.set(names.get(i), record.path(VALUES).get(i));
      }
      record.set(VALUES, byName);
    }
    return record;
  }

  private static List<String> pretty(JsonNode json) {
    return json.toPrettyString().lines().toList();
  }

  private static String source(DeadLetterRecord deadLetter) {
    return deadLetter
        .source()
        .map(LogPositions::format)
        .map(DeadLetterText::plain)
        .orElse("(unknown)");
  }

  /** Without characters that a terminal would act on. */
  static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
  }
}
