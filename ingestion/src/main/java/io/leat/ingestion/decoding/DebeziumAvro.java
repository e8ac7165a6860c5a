package io.leat.ingestion.decoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.decoding.ContractSchemas.Writer;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat.DecimalTexts;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.SchemaResolution;
import io.leat.schemas.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Opens Debezium's Avro: the envelope is read as it was written, and the row in it, whatever its
 * record is called, as the contract.
 */
final class DebeziumAvro implements EventReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> LOGICAL_TYPES =
      Map.of(
          "org.apache.kafka.connect.data.Date", "date",
          "org.apache.kafka.connect.data.Time", "time-millis",
          "org.apache.kafka.connect.data.Timestamp", "timestamp-millis",
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
   * How rows of a schema are read.
   *
   * @param renamed the schema under the contract's name
   * @param readAs the contract's schema, its {@code named} fields with the row's own types
   * @param named fields whose types only their names in Kafka Connect tell
   * @param incompatibility why it cannot be read as the contract's; empty if it can
   */
  private record Row(
      Schema renamed, Schema readAs, List<String> named, Optional<String> incompatibility) {}

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
    Optional<Opened.Refused> unframed = WireValue.check(value, headers);
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
    GenericRecord read = codec.convert(found, row.renamed(), row.readAs());
    GenericRecord event = new GenericData.Record(contract.schema());
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (Schema.Field field : row.readAs().getFields()) {
      Object value = read.get(field.pos());
      if (row.named().contains(field.name())) {
        values.put(field.name(), ConnectTypes.ofAvro(value, field.schema()));
      } else {
        event.put(field.pos(), value);
      }
    }
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
    Schema wanted = contract.schema();
    List<String> named = new ArrayList<>(0);
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : wanted.getFields()) {
      Optional<Schema> written =
          written(renamed, field).filter(type -> isReadByName(type, field.schema()));
      Schema.Field readAs =
          written
              .map(type -> new Schema.Field(field.name(), type))
              .orElseGet(() -> new Schema.Field(field, field.schema()));
      if (written.isPresent()) {
        field.aliases().forEach(readAs::addAlias);
        named.add(field.name());
      }
      fields.add(readAs);
    }
    Schema readAs =
        named.isEmpty()
            ? wanted
            : Schema.createRecord(wanted.getName(), null, wanted.getNamespace(), false, fields);
    SchemaResolution resolution = SchemaResolution.of(renamed, readAs);
    return new Row(
        renamed,
        readAs,
        List.copyOf(named),
        resolution.problems().isEmpty() ? Optional.empty() : Optional.of(resolution.sentence()));
  }

  /** The row's type of a field of the contract: by its name, else by an alias. */
  private static Optional<Schema> written(Schema row, Schema.Field field) {
    return Stream.concat(Stream.of(field.name()), field.aliases().stream())
        .map(row::getField)
        .filter(Objects::nonNull)
        .map(Schema.Field::schema)
        .findFirst();
  }

  /**
   * Whether Avro cannot read a type as the contract's, and its name or the contract says how to.
   */
  private boolean isReadByName(Schema written, Schema wanted) {
    if (SchemaResolution.of(written, wanted).problems().isEmpty()) {
      return false;
    }
    List<Schema> types = values(written);
    return types.stream().allMatch(ConnectTypes::isKnownByName)
        || envelope.decimals() == DecimalTexts.TEXT
            && types.stream().allMatch(type -> type.getType() == Schema.Type.STRING)
            && values(wanted).stream()
                .allMatch(type -> type.getLogicalType() instanceof LogicalTypes.Decimal);
  }

  /** What a type has beside null. */
  private static List<Schema> values(Schema type) {
    return type.isUnion()
        ? type.getTypes().stream().filter(b -> b.getType() != Schema.Type.NULL).toList()
        : List.of(type);
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
      json.findParents(ConnectTypes.CONNECT_NAME).forEach(DebeziumAvro::declare);
      return new Schema.Parser().setValidateDefaults(false).parse(json.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("Avro wrote a schema that is no JSON", e);
    }
  }

  private static void declare(JsonNode type) {
    String logical = LOGICAL_TYPES.get(type.get(ConnectTypes.CONNECT_NAME).asText());
    if (logical != null
        && type instanceof ObjectNode object
        && !object.has(LogicalType.LOGICAL_TYPE_PROP)) {
      object.put(LogicalType.LOGICAL_TYPE_PROP, logical);
    }
  }

  private static Optional<JsonNode> attribute(GenericRecord change, String path) {
    Object value = change;
    Schema schema = change.getSchema();
    for (String name : path.split("\\.", -1)) {
      if (!(value instanceof GenericRecord record) || !record.hasField(name)) {
        return Optional.empty();
      }
      value = record.get(name);
      schema = record.getSchema().getField(name).schema();
    }
    return value == null ? Optional.empty() : Optional.of(ConnectTypes.ofAvro(value, schema));
  }
}
