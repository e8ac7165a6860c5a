package io.leat.features.offline.replay;

import io.leat.features.engine.EventIdentity;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.SourceColumns;
import io.leat.features.offline.replay.AvroValues.BeyondTypeException;
import io.leat.features.offline.replay.AvroValues.FieldConversion;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * Rows of {@code events_<event>} as records of the contract's current schema. Where a row has no
 * value of a field that cannot be null, the event is older than the field: it takes the field's
 * default, as the stream would give it. One thread's.
 */
public final class EventReader {
  private static final int MICROSECONDS = 6;

  private final Contract contract;
  private final List<FieldConversion> fields = new ArrayList<>();
  private final List<Default> defaults = new ArrayList<>();
  private final EventIdentity identity;
  private final int partition;
  private final int offset;
  private final int logPartition;
  private final int logOffset;
  private final int logTime;

  /** Less than 0 where the rows come without it. */
  private final int contractVersion;

  /** What stands for null in a field that cannot be null. */
  private record Default(int position, Object value) {}

  /**
   * @param table columns of the rows
   * @throws OfflineException if the service reads a field that the table does not hold in a form
   *     from which there is a way back
   */
  public EventReader(ServiceReference service, Contract contract, Schema table) {
    this("Service " + service.service(), fields(service, contract), contract, table);
  }

  /**
   * Reads what one view is made of; takes and throws what the other constructor does.
   *
   * @param view made of the contract's events
   */
  public EventReader(FeatureView view, Contract contract, Schema table) {
    this("View " + view.id(), fields(view), contract, table);
  }

  /**
   * @param reader who reads the events
   * @param read the fields that it reads
   */
  private EventReader(String reader, Set<String> read, Contract contract, Schema table) {
    this.contract = contract;
    this.identity = new EventIdentity(contract);
    this.partition = place(table, SourceColumns.PARTITION);
    this.offset = place(table, SourceColumns.OFFSET);
    this.logPartition = place(table, SourceColumns.LOG_PARTITION);
    this.logOffset = place(table, SourceColumns.LOG_OFFSET);
    this.logTime = place(table, SourceColumns.LOG_TIME);
    this.contractVersion =
        table.columns().indexOf(table.asStruct().field(SourceColumns.CONTRACT_VERSION));
    for (org.apache.avro.Schema.Field field : contract.schema().getFields()) {
      Types.NestedField column = table.asStruct().field(field.name());
      if (column != null) {
        Optional<FieldConversion> conversion =
            FieldConversion.of(field, column, place(table, field.name()));
        conversion.ifPresent(fields::add);
        if (conversion.isEmpty() && read.contains(field.name())) {
          throw new OfflineException(
              "%s reads %s.%s, which the offline table keeps as text for people (a union of several types, or a record within itself): it cannot be replayed. Take the field out of it, or give it one type."
                  .formatted(reader, contract.event(), field.name()));
        }
      }
      if (!field.schema().isNullable() && field.hasDefaultValue()) {
        defaults.add(new Default(field.pos(), GenericData.get().getDefaultValue(field)));
      }
    }
  }

  private int place(Schema table, String column) {
    Types.NestedField found = table.asStruct().field(column);
    if (found == null) {
      throw new OfflineException(
          "The offline table of event %s has no column %s. Start the job 'offline' of this release once: it brings its tables up to date."
              .formatted(contract.event(), column));
    }
    return table.columns().indexOf(found);
  }

  /** The event as a record of the contract's schema. */
  public GenericRecord read(RowData row) {
    GenericRecord event = new GenericData.Record(contract.schema());
    try {
      fields.forEach(field -> field.read(row, event));
    } catch (BeyondTypeException e) {
      throw new OfflineException(
          "The offline table of event %s was written by a newer contract than the folder's: %s. The event was checked against version %s of the contract. Use the folder as it is applied now."
              .formatted(contract.event(), e.getMessage(), version(row)),
          e);
    }
    for (Default one : defaults) {
      if (event.get(one.position()) == null) {
        event.put(one.position(), one.value());
      }
    }
    return event;
  }

  private String version(RowData row) {
    return contractVersion < 0 || row.isNullAt(contractVersion)
        ? "unknown"
        : Integer.toString(row.getInt(contractVersion));
  }

  /** The id of an event that was {@link #read}. */
  public String id(GenericRecord event) {
    return identity.id(event);
  }

  /**
   * The time of an event that was {@link #read}, microseconds since 1970-01-01 UTC: that of the
   * contract's own field, which the table always has in full.
   */
  public long time(GenericRecord event) {
    return identity.timeMicros(event);
  }

  /** Of the producer's event. */
  public int partition(RowData row) {
    return row.getInt(partition);
  }

  /** Of the producer's event. */
  public long offset(RowData row) {
    return row.getLong(offset);
  }

  /** Whether {@link #arrival} is known: rows of an old table may lack it. */
  public boolean hasArrival(RowData row) {
    return !row.isNullAt(logPartition) && !row.isNullAt(logOffset) && !row.isNullAt(logTime);
  }

  /** When the event arrived, among those of the stream's other events. */
  public Arrival arrival(RowData row) {
    return new Arrival(
        row.getTimestamp(logTime, MICROSECONDS).getMillisecond(),
        row.getInt(logPartition),
        row.getLong(logOffset));
  }

  /** The fields of an event that a service is made of. */
  private static Set<String> fields(ServiceReference service, Contract contract) {
    Set<String> fields = new HashSet<>();
    for (FeatureView view : service.views()) {
      if (view.source().equals(contract.event())) {
        fields.addAll(fields(view));
      }
    }
    if (contract.event().equals(service.definition().spine())) {
      service
          .definition()
          .features()
          .forEach(feature -> fields.addAll(feature.inputs().topFields()));
    }
    service
        .definition()
        .label()
        .ifPresent(label -> fields.addAll(List.of(label.field(), label.on())));
    return fields;
  }

  /** The fields of its source that a view is made of. */
  private static Set<String> fields(FeatureView view) {
    Set<String> fields = new HashSet<>(Set.of(view.entity().key()));
    for (Aggregation aggregation : view.aggregations()) {
      aggregation.fields().forEach(path -> fields.add(path.split("\\.", 2)[0]));
    }
    return fields;
  }
}
