package io.leat.features.online;

import io.leat.records.LogPosition;
import io.leat.schemas.LogPositions;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RecordHeaders;
import org.apache.kafka.common.header.Headers;

/**
 * What ingestion said of a valid event.
 *
 * @param eventId the event's id
 * @param source where the producer's event lies
 */
record EventHeaders(String eventId, LogPosition source) {
  /**
   * @throws MalformedValueException if a header is missing or unreadable
   */
  static EventHeaders of(Headers headers) {
    try {
      return new EventHeaders(
          required(headers, RecordHeaders.EVENT_ID),
          LogPositions.parse(required(headers, RecordHeaders.SOURCE)));
    } catch (IllegalArgumentException e) {
      throw new MalformedValueException(
          MalformedValueException.Kind.NOT_THE_SCHEMA,
          "a header of the event is unreadable: " + e.getMessage(),
          e);
    }
  }

  private static String required(Headers headers, String name) {
    return RecordHeaders.get(headers, name)
        .orElseThrow(
            () ->
                new MalformedValueException(
                    MalformedValueException.Kind.NOT_THE_SCHEMA,
                    "the event has no header " + name + "; ingestion sets it on every valid event",
                    null));
  }
}
