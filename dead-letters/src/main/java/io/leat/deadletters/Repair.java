package io.leat.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.leat.ingestion.RawSchema;
import io.leat.ingestion.decoding.JsonEvents;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.pipeline.definition.InputFormat.Format;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts other values into the fields of an event before it is replayed: each the value of an
 * expression over the event as those before it left it. Not thread-safe.
 */
public final class Repair {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final JsonNodeFactory NODES = new JsonNodeFactory(true);

  private record Step(String field, String text, Program program) {}

  private final DeadLetterContract deadLetters;
  private final Contract contract;
  private final Scope scope;
  private final List<Step> steps;
  private final JsonEvents values;
  private final AvroCodec codec;
  private final int schemaId;

  /**
   * @param sets name of each field to a CEL expression over {@code event}, in order
   * @throws DeadLetterException if a field is not there, an expression does not compile, or events
   *     of the contract cannot be written again
   */
  public Repair(DeadLetterContract deadLetters, Map<String, String> sets, RegistryClient registry) {
    this.deadLetters = deadLetters;
    this.contract = deadLetters.contract();
    this.scope = Scope.ofEvent(contract.schema());
    this.steps = sets.entrySet().stream().map(set -> step(set.getKey(), set.getValue())).toList();
    this.values = new JsonEvents(contract, deadLetters.sensitive()::isQuotable);
    this.codec = new AvroCodec(registry);
    if (!steps.isEmpty() && !(contract.inputFormat().envelope() instanceof Envelope.None)) {
      throw new DeadLetterException(
          "Fields can be set in events without an envelope; those of %s stand in one. Change the contract, or repair the producer and let it send them again."
              .formatted(contract.event()));
    }
    this.schemaId = steps.isEmpty() || isJson() ? 0 : RawSchema.id(contract, registry);
  }

  private Step step(String field, String text) {
    if (contract.schema().getField(field) == null) {
      throw new DeadLetterException(
          "%s has no field %s to set; it has %s."
              .formatted(
                  contract.event(),
                  field,
                  contract.schema().getFields().stream()
                      .map(Schema.Field::name)
                      .collect(Collectors.joining(", "))));
    }
    try {
      return new Step(
          field,
          text,
          Program.compile(new Expression(text, "--set " + field, 1), scope, Program.Result.ANY));
    } catch (ExpressionException e) {
      throw new DeadLetterException(
          "The expression for %s does not compile: %s".formatted(field, e.problem()), e);
    }
  }

  private boolean isJson() {
    return contract.inputFormat().format() == Format.JSON;
  }

  /** An event that cannot be repaired; the message says why. */
  static final class NotRepairableException extends Exception {
    private static final long serialVersionUID = 1L;

    NotRepairableException(String message) {
      super(message);
    }
  }

  /**
   * The event's bytes with the fields set; the same where there is nothing to set.
   *
   * @throws NotRepairableException if they cannot be decoded or an expression has no value
   */
  EventBytes apply(DeadLetterRecord deadLetter, EventBytes bytes) throws NotRepairableException {
    if (steps.isEmpty()) {
      return bytes;
    }
    Opened opened = deadLetters.open(deadLetter, bytes);
    if (opened instanceof Opened.Refused refused) {
      throw new NotRepairableException(
          "nothing can be set in what cannot be decoded: " + refused.message());
    }
    if (!(opened instanceof Opened.Event decoded)) {
      throw new NotRepairableException("nothing can be set in what is no event");
    }
    GenericRecord event = decoded.event();
    List<String> problems = new ArrayList<>();
    ObjectNode json = isJson() ? parse(bytes.value()) : NODES.objectNode();
    byte[] key = bytes.key();
    for (Step step : steps) {
      JsonNode value = json(evaluate(step, event), step);
      problems.addAll(values.put(event, Map.of(step.field(), value)));
      json.remove(contract.schema().getField(step.field()).aliases());
      json.set(step.field(), value);
      if (contract.key().filter(step.field()::equals).isPresent()) {
        Object now = event.get(step.field());
        key = now == null ? null : now.toString().getBytes(UTF_8);
      }
    }
    if (!problems.isEmpty()) {
      throw new NotRepairableException(String.join("; ", problems));
    }
    return new EventBytes(key, isJson() ? write(json) : codec.encode(schemaId, event));
  }

  private @Nullable Object evaluate(Step step, GenericRecord event) throws NotRepairableException {
    Object value;
    try {
      value = step.program().evaluate(scope.bind(event));
    } catch (ExpressionException e) {
      throw new NotRepairableException(
          "%s cannot be set: %s"
              .formatted(
                  step.field(),
                  isQuotable(step) ? e.problem() : "the expression has no value for this event"));
    }
    if (value == null) {
      throw new NotRepairableException(
          "%s cannot be set: a field that '%s' reads is null".formatted(step.field(), step.text()));
    }
    return value;
  }

  private boolean isQuotable(Step step) {
    Sensitive sensitive = deadLetters.sensitive();
    return sensitive.isQuotable(step.field())
        && step.program().names().stream()
            .allMatch(name -> sensitive.isQuotable(name.replaceFirst("^event\\.", "")));
  }

  private static JsonNode json(@Nullable Object value, Step step) throws NotRepairableException {
    if (value instanceof Boolean bool) {
      return NODES.booleanNode(bool);
    }
    if (value instanceof Long number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Double number) {
      return NODES.numberNode(number);
    }
    if (value instanceof String || value instanceof Instant) {
      return NODES.textNode(value.toString());
    }
    if (value instanceof CelByteString bytes) {
      return NODES.textNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }
    if (value instanceof NullValue) {
      return NODES.nullNode();
    }
    throw new NotRepairableException(
        "%s cannot be set: '%s' yields no number, text, bool, time, bytes or null"
            .formatted(step.field(), step.text()));
  }

  private static ObjectNode parse(byte @Nullable [] value) throws NotRepairableException {
    try {
      if (value != null && JSON.readTree(value) instanceof ObjectNode object) {
        return object;
      }
    } catch (java.io.IOException e) {
      throw new NotRepairableException("nothing can be set in what is no JSON");
    }
    throw new NotRepairableException("nothing can be set in what is no JSON object");
  }

  private static byte[] write(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JacksonException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
  }

  /** What it does, for the audit: a protected field by its name alone. */
  String describe() {
    return steps.stream()
        .map(step -> step.field() + "=" + (isQuotable(step) ? step.text() : "***"))
        .collect(Collectors.joining("; "));
  }
}
