package io.leat.pipeline.reader;

import io.leat.pipeline.definition.InputFormat;
import io.leat.pipeline.definition.InputFormat.DecimalTexts;
import io.leat.pipeline.definition.InputFormat.Deletes;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.pipeline.definition.InputFormat.Format;
import io.leat.pipeline.definition.InputFormat.TimePrecision;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** Reads a contract's {@code format}, {@code envelope} and {@code time_precision}. */
public final class InputFormatReader {
  public static final Keys ENVELOPE_KEYS =
      Keys.of("an envelope").requires("type").allows("attributes", "deletes", "decimals");

  private enum Type {
    NONE,
    CLOUDEVENTS,
    DEBEZIUM
  }

  private InputFormatReader() {}

  static InputFormat read(Block contract, String event, Optional<Schema> schema) {
    Format format =
        contract.get("format").flatMap(value -> value.oneOf(Format.class)).orElse(Format.AVRO);
    Envelope envelope =
        contract
            .get("envelope")
            .flatMap(value -> envelope(value, event, schema))
            .orElse(new Envelope.None());
    TimePrecision timePrecision =
        contract
            .get("time_precision")
            .flatMap(value -> value.oneOf(TimePrecision.class))
            .orElse(TimePrecision.EXACT);
    return new InputFormat(format, envelope, timePrecision);
  }

  /** The type alone, or a mapping with {@link #ENVELOPE_KEYS}. */
  private static Optional<Envelope> envelope(Value value, String event, Optional<Schema> schema) {
    if (!value.isMapping()) {
      return value
          .oneOf(Type.class)
          .map(type -> envelope(type, Map.of(), Deletes.SKIP, DecimalTexts.REFUSE));
    }
    return value
        .block(ENVELOPE_KEYS)
        .flatMap(
            block -> {
              Optional<Type> type = block.get("type").flatMap(t -> t.oneOf(Type.class));
              Map<String, String> attributes =
                  block
                      .get("attributes")
                      .map(list -> attributes(list, event, schema))
                      .orElse(Map.of());
              Optional<Value> deletes = block.get("deletes");
              Optional<Value> decimals = block.get("decimals");
              if (type.isPresent() && type.get() != Type.DEBEZIUM) {
                Stream.concat(deletes.stream(), decimals.stream())
                    .forEach(
                        key ->
                            key.problem(
                                "%s belongs to an envelope of type debezium; remove it",
                                key.name()));
              }
              Deletes action = deletes.flatMap(d -> d.oneOf(Deletes.class)).orElse(Deletes.SKIP);
              DecimalTexts texts =
                  decimals.flatMap(d -> d.oneOf(DecimalTexts.class)).orElse(DecimalTexts.REFUSE);
              return type.map(t -> envelope(t, attributes, action, texts));
            });
  }

  private static Envelope envelope(
      Type type, Map<String, String> attributes, Deletes deletes, DecimalTexts decimals) {
    return switch (type) {
      case NONE -> new Envelope.None();
      case CLOUDEVENTS -> new Envelope.CloudEvents(attributes);
      case DEBEZIUM -> new Envelope.Debezium(deletes, attributes, decimals);
    };
  }

  private static Map<String, String> attributes(
      Value value, String event, Optional<Schema> schema) {
    Map<String, String> attributes = new LinkedHashMap<>();
    value
        .openBlock("attributes, as in 'id: payment_id'")
        .ifPresent(
            block ->
                block
                    .values()
                    .forEach(
                        entry ->
                            entry
                                .text()
                                .ifPresent(
                                    field -> {
                                      schema.ifPresent(s -> Fields.find(entry, field, s, event));
                                      attributes.put(entry.name(), field);
                                    })));
    return attributes;
  }
}
