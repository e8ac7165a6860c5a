package io.leat.pipeline.reader;

import io.leat.pipeline.definition.MissingValue;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Reads a contract's {@code missing}: field to {@code reject}, {@code null} or {@code {fill: x}}.
 */
public final class MissingReader {
  public static final Keys FILL_KEYS = Keys.of("what to fill in").requires("fill");

  private MissingReader() {}

  static List<MissingValue> read(Value value, String event, Optional<Schema> schema) {
    List<MissingValue> missing = new ArrayList<>();
    value
        .openBlock("what is done where fields are null, as in 'country: reject'")
        .ifPresent(
            block ->
                block
                    .values()
                    .forEach(
                        entry ->
                            schema
                                .flatMap(s -> Fields.find(entry, entry.name(), s, event))
                                .flatMap(field -> one(entry, field))
                                .ifPresent(missing::add)));
    return missing;
  }

  private static Optional<MissingValue> one(Value entry, Schema.Field field) {
    if (!Fields.isNullable(field)) {
      entry.problem(
          "%s is %s, which is never null; remove it here, or let the schema allow null",
          field.name(), Fields.describe(field));
      return Optional.empty();
    }
    if (entry.isMapping()) {
      return entry
          .block(FILL_KEYS)
          .flatMap(block -> block.get("fill"))
          .flatMap(fill -> constant(fill, field))
          .map(constant -> new MissingValue(field.name(), Optional.of(constant)));
    }
    Optional<String> text = entry.text();
    if (text.isPresent() && !text.get().equals("reject")) {
      entry.problem(
          "%s is '%s'; expected reject, or { fill: a value }. A field that is not named here stays null",
          field.name(), text.get());
      return Optional.empty();
    }
    return text.map(reject -> new MissingValue(field.name(), Optional.empty()));
  }

  /** A constant of the field's type, as Avro's generic records hold it. */
  private static Optional<Object> constant(Value fill, Schema.Field field) {
    Optional<String> text = fill.text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Schema schema = Fields.value(field);
    try {
      Optional<Object> constant =
          schema.getLogicalType() != null
              ? Optional.empty()
              : switch (schema.getType()) {
                case STRING -> Optional.of(text.get());
                case ENUM ->
                    schema.hasEnumSymbol(text.get())
                        ? Optional.of(
                            new org.apache.avro.generic.GenericData.EnumSymbol(schema, text.get()))
                        : Optional.empty();
                case INT -> Optional.of(Integer.valueOf(text.get()));
                case LONG -> Optional.of(Long.valueOf(text.get()));
                case FLOAT -> Optional.of(Float.valueOf(text.get()));
                case DOUBLE -> Optional.of(Double.valueOf(text.get()));
                case BOOLEAN ->
                    text.get().equals("true") || text.get().equals("false")
                        ? Optional.of(Boolean.valueOf(text.get()))
                        : Optional.empty();
                case RECORD, ARRAY, MAP, UNION, FIXED, BYTES, NULL -> Optional.empty();
              };
      if (constant.isPresent()) {
        return constant;
      }
    } catch (NumberFormatException e) {
      // told below, as any other text that does not fit
    }
    fill.problem(
        "fill is '%s', and %s is %s; expected a number, bool, text or symbol of that type",
        text.get(), field.name(), Fields.describe(field));
    return Optional.empty();
  }
}
