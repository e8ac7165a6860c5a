package io.leat.features.engine;

import com.google.common.math.LongMath;
import io.leat.features.aggregation.EventOrder;
import io.leat.features.aggregation.IdOrder;
import io.leat.pipeline.definition.Contract;
import java.io.Serializable;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads an event's id and its event time, as its contract names them: events are ordered by time in
 * the contract's own unit and, of one time, by id in its own type. Immutable.
 */
public final class EventIdentity implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long MICROS_PER_MILLI = 1_000;

  private final String event;
  private final String idField;
  private final String timeField;
  private final int id;
  private final int time;
  private final IdOrder idOrder;
  private final boolean isMicros;

  /**
   * @throws IllegalArgumentException if the contract's schema lacks one of the two fields
   */
  public EventIdentity(Contract contract) {
    this.event = contract.event();
    this.idField = contract.eventId();
    this.timeField = contract.eventTime();
    Schema.Field ofId = NumericField.field(contract.schema(), idField);
    Schema.Field ofTime = NumericField.field(contract.schema(), timeField);
    this.id = ofId.pos();
    this.time = ofTime.pos();
    this.idOrder =
        NumericField.branches(ofId.schema()).stream()
                .allMatch(s -> s.getType() == Schema.Type.INT || s.getType() == Schema.Type.LONG)
            ? IdOrder.NUMBER
            : IdOrder.TEXT;
    this.isMicros =
        NumericField.branches(ofTime.schema()).stream()
            .anyMatch(s -> s.getLogicalType() instanceof LogicalTypes.TimestampMicros);
  }

  /**
   * The event's id as text.
   *
   * @throws IllegalArgumentException if it is null
   */
  public String id(GenericRecord event) {
    return required(event, id, idField).toString();
  }

  /** How ids, as {@link #id} gives them, are ordered. */
  public IdOrder idOrder() {
    return idOrder;
  }

  /**
   * Event time in microseconds since 1970-01-01 UTC.
   *
   * @throws IllegalArgumentException if it is null
   */
  public long timeMicros(GenericRecord event) {
    return toMicros(time(event));
  }

  /** Event time in the contract's unit. */
  long time(GenericRecord event) {
    return ((Number) required(event, time, timeField)).longValue();
  }

  /** Whether the contract's unit of time is the microsecond; else it is the millisecond. */
  boolean isMicros() {
    return isMicros;
  }

  /** How many of the contract's units of time a millisecond has. */
  long unitsPerMilli() {
    return isMicros ? MICROS_PER_MILLI : 1;
  }

  /** How events are ordered, as accumulators take it. */
  EventOrder order() {
    return new EventOrder(unitsPerMilli(), idOrder);
  }

  /** A time in the contract's unit; what is less than one is cut off. */
  long ofMicros(long micros) {
    return isMicros ? micros : Math.floorDiv(micros, MICROS_PER_MILLI);
  }

  /** A time of the contract's unit in microseconds. */
  long toMicros(long units) {
    return isMicros ? units : LongMath.saturatedMultiply(units, MICROS_PER_MILLI);
  }

  private Object required(GenericRecord record, int position, String field) {
    Object value = record.get(position);
    if (value == null) {
      throw new IllegalArgumentException(
          "event %s has null in %s; a valid event has a value there".formatted(event, field));
    }
    return value;
  }
}
