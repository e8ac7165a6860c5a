package io.leat.features.offline.replay;

import io.leat.features.engine.EventIdentity;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.SourceColumns;
import io.leat.features.offline.replay.AvroValues.BeyondTypeException;
import io.leat.features.offline.replay.AvroValues.FieldConversion;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Expression;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    this("Service " + service.service(), texts(service, contract), contract, table);
  }

  /**
   * Reads what one view is made of; takes and throws what the other constructor does.
   *
   * @param view made of the contract's events
   */
  public EventReader(FeatureView view, Contract contract, Schema table) {
    this("View " + view.id(), texts(view).toList(), contract, table);
  }

  /**
   * @param reader who reads the events
   * @param texts in which the name of every field stands that it reads
   */
  private EventReader(String reader, List<String> texts, Contract contract, Schema table) {
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
        if (conversion.isEmpty() && isRead(texts, field.name())) {
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

  /** What a service is made of, as texts. */
  private static List<String> texts(ServiceReference service, Contract contract) {
    List<String> texts = new ArrayList<>();
    for (FeatureView view : service.views()) {
      if (view.source().equals(contract.event())) {
        texts(view).forEach(texts::add);
      }
    }
    if (contract.event().equals(service.definition().spine())) {
      for (Feature feature : service.definition().features()) {
        if (feature instanceof EventFeature read) {
          texts.add(read.field());
        } else if (feature instanceof DerivedFeature derived) {
          texts.add(derived.expression().text());
        }
      }
    }
    service
        .definition()
        .label()
        .ifPresent(label -> texts.addAll(List.of(label.field(), label.on())));
    return texts;
  }

  private static Stream<String> texts(FeatureView view) {
    return Stream.concat(
        Stream.of(view.entity().key()), view.aggregations().stream().flatMap(EventReader::texts));
  }

  private static Stream<String> texts(Aggregation aggregation) {
    return Stream.concat(
        aggregation.field().stream(), aggregation.where().map(Expression::text).stream());
  }

  /**
   * Whether a field's name stands anywhere in some texts. That it stands there by chance is
   * possible and does no harm.
   */
  private static boolean isRead(List<String> texts, String field) {
    Pattern word = Pattern.compile("\\b" + Pattern.quote(field) + "\\b");
    return texts.stream().anyMatch(text -> word.matcher(text).find());
  }
}
