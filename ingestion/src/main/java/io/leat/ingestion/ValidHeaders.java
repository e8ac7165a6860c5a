package io.leat.ingestion;

import io.leat.records.LogPosition;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Writes the headers of a valid event: those it came with, and what is known of it. Not
 * thread-safe.
 */
final class ValidHeaders {
  /** None of these is passed on as it came. */
  private static final Set<String> OURS =
      Set.of(
          RecordHeaders.EVENT_ID,
          RecordHeaders.EVENT_TIME,
          RecordHeaders.CONTRACT,
          RecordHeaders.CONTRACT_VERSION,
          RecordHeaders.WRITER_VERSION,
          RecordHeaders.SOURCE,
          RecordHeaders.WARNINGS);

  private final Header contract;

  /** Of versions, made once: that is faster to make and to send. */
  private final Map<Integer, Header> contractVersions = new HashMap<>();

  private final Map<Integer, Header> writerVersions = new HashMap<>();

  ValidHeaders(String event) {
    this.contract = RecordHeaders.of(RecordHeaders.CONTRACT, event);
  }

  /**
   * Appends the headers.
   *
   * @param came those of the producer
   * @param source where the event was read
   */
  void append(Headers headers, Headers came, Verdict.Accepted accepted, LogPosition source) {
    for (Header header : came) {
      if (!OURS.contains(header.key())) {
        headers.add(header);
      }
    }
    add(headers, RecordHeaders.EVENT_ID, accepted.eventId());
    add(headers, RecordHeaders.EVENT_TIME, Long.toString(accepted.eventTime()));
    headers.add(contract);
    addVersion(
        headers, RecordHeaders.CONTRACT_VERSION, accepted.contractVersion(), contractVersions);
    addVersion(headers, RecordHeaders.WRITER_VERSION, accepted.writerVersion(), writerVersions);
    add(headers, RecordHeaders.SOURCE, LogPositions.format(source));
    if (!accepted.warnings().isEmpty()) {
      add(headers, RecordHeaders.WARNINGS, String.join(",", accepted.warnings()));
    }
  }

  private static void addVersion(
      Headers headers, String name, OptionalInt version, Map<Integer, Header> made) {
    if (version.isPresent()) {
      headers.add(
          made.computeIfAbsent(
              version.getAsInt(), number -> RecordHeaders.of(name, Integer.toString(number))));
    }
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(RecordHeaders.of(name, value));
  }
}
