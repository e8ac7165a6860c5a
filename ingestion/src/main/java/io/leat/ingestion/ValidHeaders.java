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
          RecordHeaders.WRITER_VERSION,
          RecordHeaders.SOURCE,
          RecordHeaders.WARNINGS);

  private final String event;

  /** Of versions, made once: that is faster to make and to send. */
  private final Map<OptionalInt, Header> contracts = new HashMap<>();

  private final Map<OptionalInt, Header> writerVersions = new HashMap<>();

  ValidHeaders(String event) {
    this.event = event;
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
    headers.add(contracts.computeIfAbsent(accepted.contractVersion(), this::contract));
    OptionalInt writer = accepted.writerVersion();
    if (writer.isPresent() && !writer.equals(accepted.contractVersion())) {
      headers.add(writerVersions.computeIfAbsent(writer, ValidHeaders::writerVersion));
    }
    add(headers, RecordHeaders.SOURCE, LogPositions.format(source));
    if (!accepted.warnings().isEmpty()) {
      add(headers, RecordHeaders.WARNINGS, String.join(",", accepted.warnings()));
    }
  }

  private Header contract(OptionalInt version) {
    return RecordHeaders.of(RecordHeaders.CONTRACT, RecordHeaders.contract(event, version));
  }

  private static Header writerVersion(OptionalInt version) {
    return RecordHeaders.of(RecordHeaders.WRITER_VERSION, Integer.toString(version.getAsInt()));
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(RecordHeaders.of(name, value));
  }
}
