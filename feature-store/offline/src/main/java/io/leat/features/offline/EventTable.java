package io.leat.features.offline;

import io.leat.features.engine.EventIdentity;
import io.leat.features.engine.Micros;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.records.LogPosition;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.schemas.ValueCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** {@code events_<event>}: the contract's fields, then what its headers say of each event. */
public final class EventTable {
  public static final String EVENT_ID = "_event_id";
  public static final String EVENT_TIME = "_event_time";
  static final String KEY = "_key";
  static final String WRITER_VERSION = "_writer_version";

  private EventTable() {}

  /** Name of the table of an event. */
  public static String name(String event) {
    return OfflineTables.identifier("events_" + event);
  }

  /**
   * The table of a contract's events.
   *
   * @param entities those of the pipeline
   * @throws io.leat.common.LeatException if a field is called as one of the table's own columns
   */
  static OfflineTable of(Contract contract, List<Entity> entities) {
    AtomicInteger ids = new AtomicInteger();
    List<Types.NestedField> columns = new ArrayList<>(AvroColumns.columns(contract.schema(), ids));
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(), EVENT_ID, Types.StringType.get(), "The event's id."));
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(),
            EVENT_TIME,
            Types.TimestampType.withZone(),
            "When the event happened."));
    columns.add(
        Types.NestedField.optional(
            ids.incrementAndGet(), KEY, Types.BinaryType.get(), "The record's key."));
    columns.addAll(SourceColumns.columns(ids, Topics.valid(contract.event())));
    columns.add(
        Types.NestedField.optional(
            ids.incrementAndGet(),
            WRITER_VERSION,
            Types.IntegerType.get(),
            "Registry version of the schema that the producer wrote with."));
    return OfflineTables.table(
        "events_" + contract.event(),
        columns,
        entity(contract, entities, columns),
        EVENT_TIME,
        "event " + contract.event());
  }

  /** The field that the event is keyed by; else the first that is some entity's key. */
  private static Optional<String> entity(
      Contract contract, List<Entity> entities, List<Types.NestedField> columns) {
    return Stream.concat(contract.key().stream(), entities.stream().map(Entity::key))
        .filter(
            key ->
                columns.stream()
                    .anyMatch(
                        column -> column.name().equals(key) && column.type().isPrimitiveType()))
        .findFirst();
  }

  /** Makes a table's rows out of decoded events. */
  static final class Rows implements DecodeAvro.Mapping<GenericRecord, RowData> {
    private static final long serialVersionUID = 1L;

    private final org.apache.avro.Schema contract;
    private final EventIdentity identity;
    private final Schema table;
    private transient Column @Nullable [] columns;
    private transient @Nullable ValueCheck values;

    /**
     * @param table the table's columns as they are in the catalog
     */
    Rows(Contract contract, Schema table) {
      this.contract = contract.schema();
      this.identity = new EventIdentity(contract);
      this.table = table;
    }

    /** The value of one column. */
    @FunctionalInterface
    private interface Column {
      @Nullable Object value(KafkaRecord record, GenericRecord event, LogPosition source)
          throws BadRecordException;
    }

    @Override
    public RowData apply(KafkaRecord record, GenericRecord event) throws BadRecordException {
      Column[] columns = columns();
      check(event);
      LogPosition source = source(record);
      GenericRowData row = new GenericRowData(columns.length);
      for (int i = 0; i < columns.length; i++) {
        row.setField(i, columns[i].value(record, event, source));
      }
      return row;
    }

    /** What ingestion refuses, and what a column would hold as null or as another value. */
    private void check(GenericRecord event) throws BadRecordException {
      if (values == null) {
        values = ValueCheck.of(contract);
      }
      List<String> problems = values.problems(event);
      if (!problems.isEmpty()) {
        throw new BadRecordException("beyond_its_type", String.join("; ", problems));
      }
    }

    private Column[] columns() {
      if (columns == null) {
        columns = table.columns().stream().map(this::column).toArray(Column[]::new);
      }
      return columns;
    }

    private Column column(Types.NestedField column) {
      return switch (column.name()) {
        case EVENT_ID ->
            (record, event, source) ->
                StringData.fromString(SourceColumns.header(record, RecordHeaders.EVENT_ID));
        case EVENT_TIME -> (record, event, source) -> eventTime(event);
        case KEY -> (record, event, source) -> record.key();
        case WRITER_VERSION -> (record, event, source) -> SourceColumns.writerVersion(record);
        default ->
            SourceColumns.NAMES.contains(column.name()) ? lineage(column.name()) : field(column);
      };
    }

    private static Column lineage(String column) {
      return (record, event, source) -> SourceColumns.value(column, record, source);
    }

    /** A field of the contract; null where the contract no longer has it. */
    private Column field(Types.NestedField column) {
      org.apache.avro.Schema.Field field = contract.getField(column.name());
      if (field == null) {
        return (record, event, source) -> null;
      }
      int position = field.pos();
      AvroColumns.Conversion conversion = AvroColumns.conversion(field.schema(), column.type());
      return (record, event, source) -> {
        Object value = event.get(position);
        return value == null ? null : conversion.apply(value);
      };
    }

    /** The contract's own field; the header has it in milliseconds alone. */
    private TimestampData eventTime(GenericRecord event) {
      return TimestampData.fromInstant(Micros.toInstant(identity.timeMicros(event)));
    }

    private static LogPosition source(KafkaRecord record) throws BadRecordException {
      String text = SourceColumns.header(record, RecordHeaders.SOURCE);
      try {
        return LogPositions.parse(text);
      } catch (IllegalArgumentException e) {
        throw new BadRecordException("bad_header", String.valueOf(e.getMessage()));
      }
    }
  }
}
