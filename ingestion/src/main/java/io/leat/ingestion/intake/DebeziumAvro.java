package io.leat.ingestion.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.ContractSchemas;
import io.leat.ingestion.ContractSchemas.Writer;
import io.leat.ingestion.DeadLetterReason;
import io.leat.pipeline.Contract;
import io.leat.pipeline.contract.Intake.Envelope;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.SchemaResolution;
import io.leat.schemas.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Opens Debezium's Avro: the envelope is read as it was written, and the row in it, whatever its
 * record is called, as the contract.
 */
final class DebeziumAvro implements EventReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Kafka Connect's property of a type that says what it means. */
  private static final String CONNECT_NAME = "connect.name";

  private static final Map<String, String> LOGICAL_TYPES =
      Map.of(
          "io.debezium.time.Date", "date",
          "io.debezium.time.Time", "time-millis",
          "io.debezium.time.MicroTime", "time-micros",
          "io.debezium.time.Timestamp", "timestamp-millis",
          "io.debezium.time.MicroTimestamp", "timestamp-micros",
          "io.debezium.time.NanoTimestamp", "timestamp-nanos",
          "io.debezium.data.Uuid", "uuid");

  private final Contract contract;
  private final Envelope.Debezium envelope;
  private final ContractSchemas schemas;
  private final AvroCodec codec;
  private final JsonEvents fields;
  private final Map<Schema, Row> rows = new HashMap<>();

  /**
   * A row's schema under the contract's name.
   *
   * @param incompatibility why it cannot be read as the contract's; empty if it can
   */
  private record Row(Schema renamed, Optional<String> incompatibility) {}

  DebeziumAvro(
      Contract contract,
      Envelope.Debezium envelope,
      ContractSchemas schemas,
      AvroCodec codec,
      JsonEvents fields) {
    this.contract = contract;
    this.envelope = envelope;
    this.schemas = schemas;
    this.codec = codec;
    this.fields = fields;
  }

  @Override
  public Opened read(byte @Nullable [] value, Headers headers) {
    if (value == null) {
      return new Opened.Skipped();
    }
    Optional<Opened.Refused> unframed = WireValue.check(value);
    if (unframed.isPresent()) {
      return unframed.get();
    }
    int id = WireFormat.schemaId(value);
    Optional<Writer> known = schemas.writer(id);
    if (known.isEmpty() || known.get().unreadable().isPresent()) {
      return WireValue.unknown(id, known);
    }
    try {
      Schema writer = codec.writerSchema(value);
      if (writer.getType() != Schema.Type.RECORD || writer.getField("op") == null) {
        return refused(DeadLetterReason.NOT_THE_ENVELOPE, DebeziumRow.NO_CHANGE, id);
      }
      return open(codec.decode(value, writer), id);
    } catch (MalformedValueException e) {
      return WireValue.malformed(e, OptionalInt.of(id));
    }
  }

  private Opened open(GenericRecord change, int id) {
    DebeziumRow place = DebeziumRow.of(String.valueOf(change.get("op")), envelope.deletes());
    if (place.instead().isPresent()) {
      return place.instead().get();
    }
    if (!change.hasField(place.field())
        || !(change.get(place.field()) instanceof GenericRecord found)) {
      return refused(DeadLetterReason.NOT_THE_ENVELOPE, place.empty(), id);
    }
    Row row = rows.computeIfAbsent(found.getSchema(), this::row);
    if (row.incompatibility().isPresent()) {
      return refused(
          DeadLetterReason.INCOMPATIBLE_SCHEMA,
          "the row of schema id %d cannot be read as the contract %s: %s"
              .formatted(id, contract.event(), row.incompatibility().get()),
          id);
    }
    GenericRecord event = codec.convert(found, row.renamed(), contract.schema());
    Map<String, JsonNode> values = new LinkedHashMap<>();
    envelope
        .attributes()
        .forEach(
            (attribute, field) ->
                attribute(change, attribute)
                    .ifPresent(node -> values.put(field, ConnectTypes.moment(node, attribute))));
    List<String> problems = fields.put(event, values);
    return problems.isEmpty()
        ? new Opened.Event(event, OptionalInt.of(id), OptionalInt.empty(), Optional.empty())
        : refused(DeadLetterReason.NOT_THE_SCHEMA, String.join("; ", problems), id);
  }

  private static Opened refused(DeadLetterReason reason, String message, int id) {
    return new Opened.Refused(reason, message, OptionalInt.of(id), Optional.empty());
  }

  private Row row(Schema found) {
    Schema renamed = renamed(found);
    SchemaResolution resolution = SchemaResolution.of(renamed, contract.schema());
    return new Row(
        renamed,
        resolution.problems().isEmpty() ? Optional.empty() : Optional.of(resolution.sentence()));
  }

  /**
   * The same record by the contract's name, which decides nothing about its bytes, and with
   * Debezium's own names of types as the logical types that they are.
   */
  private Schema renamed(Schema found) {
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(found.toString());
      json.put("name", contract.schema().getName());
      json.put(
          "namespace",
          contract.schema().getNamespace() == null ? "" : contract.schema().getNamespace());
      json.findParents(CONNECT_NAME).forEach(DebeziumAvro::declare);
      return new Schema.Parser().setValidateDefaults(false).parse(json.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("Avro wrote a schema that is no JSON", e);
    }
  }

  private static void declare(JsonNode type) {
    String logical = LOGICAL_TYPES.get(type.get(CONNECT_NAME).asText());
    if (logical != null
        && type instanceof ObjectNode object
        && !object.has(LogicalType.LOGICAL_TYPE_PROP)) {
      object.put(LogicalType.LOGICAL_TYPE_PROP, logical);
    }
  }

  private static Optional<JsonNode> attribute(GenericRecord change, String path) {
    Object value = change;
    for (String name : path.split("\\.", -1)) {
      if (!(value instanceof GenericRecord record) || !record.hasField(name)) {
        return Optional.empty();
      }
      value = record.get(name);
    }
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value == null || value instanceof GenericRecord) {
      return Optional.empty();
    }
    if (value instanceof Long || value instanceof Integer) {
      return Optional.of(nodes.numberNode(((Number) value).longValue()));
    }
    if (value instanceof Number number) {
      return Optional.of(nodes.numberNode(number.doubleValue()));
    }
    return Optional.of(
        value instanceof Boolean bool ? nodes.booleanNode(bool) : nodes.textNode(value.toString()));
  }
}
