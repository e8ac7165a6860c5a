package io.leat.features.engine;

import io.leat.pipeline.Contract;
import org.apache.avro.LogicalTypes.TimestampMicros;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** Reads an event's id and its event time, as its contract names them. Immutable. */
public final class EventIdentity {
  private final Contract contract;
  private final int id;
  private final int time;
  private final long unitsPerMilli;

  /**
   * @throws IllegalArgumentException if the contract's schema lacks one of the two fields
   */
  public EventIdentity(Contract contract) {
    this.contract = contract;
    this.id = NumericField.field(contract.schema(), contract.eventId()).pos();
    Schema.Field timeField = NumericField.field(contract.schema(), contract.eventTime());
    this.time = timeField.pos();
    this.unitsPerMilli =
        NumericField.branches(timeField.schema()).stream()
                .anyMatch(branch -> branch.getLogicalType() instanceof TimestampMicros)
            ? 1_000
            : 1;
  }

  /**
   * The event's id as text.
   *
   * @throws IllegalArgumentException if it is null
   */
  public String id(GenericRecord event) {
    return required(event, id, contract.eventId()).toString();
  }

  /**
   * Event time in milliseconds since 1970-01-01 UTC; microseconds are rounded down.
   *
   * @throws IllegalArgumentException if it is null
   */
  public long timeMillis(GenericRecord event) {
    Object value = required(event, time, contract.eventTime());
    return Math.floorDiv(((Number) value).longValue(), unitsPerMilli);
  }

  private Object required(GenericRecord event, int position, String field) {
    Object value = event.get(position);
    if (value == null) {
      throw new IllegalArgumentException(
          "event %s has null in %s; a valid event has a value there"
              .formatted(contract.event(), field));
    }
    return value;
  }
}
