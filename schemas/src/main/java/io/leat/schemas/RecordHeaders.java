package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Names of the headers by which a derived record is traced to its origin, and the way to read and
 * write them. Every value is UTF-8 text, so that any Kafka tool shows it.
 */
public final class RecordHeaders {
  /** The event's id, as its contract declares it. */
  public static final String EVENT_ID = "leat.event-id";

  /** Event time, milliseconds since 1970-01-01 UTC, decimal. */
  public static final String EVENT_TIME = "leat.event-time";

  /**
   * The event's contract, and the registry version of its schema that the record now has: {@code
   * payments@3}; the name alone where the registry names no version. See {@link #contract}.
   */
  public static final String CONTRACT = "leat.contract";

  /**
   * Registry version of the schema that the producer wrote with; absent where it is the one that
   * the record now has, and where the registry names none.
   */
  public static final String WRITER_VERSION = "leat.writer-version";

  /** Position of the producer's event in its raw topic, as {@link LogPositions} writes it. */
  public static final String SOURCE = "leat.source";

  /**
   * Names of the rules of severity warn that the event broke, separated by commas; absent where
   * none.
   */
  public static final String WARNINGS = "leat.warnings";

  /** Names of the views that an event came too late for, separated by commas. */
  public static final String LATE_FOR = "leat.late-for";

  /**
   * Names of the views whose values a vector does not have yet, since they wait for their backfill,
   * separated by commas; absent where none.
   */
  public static final String NOT_YET = "leat.not-yet";

  /** The {@code DeadLetter} record in Confluent wire format: the one header that is not text. */
  public static final String DEAD_LETTER = "leat.dead-letter";

  /**
   * What of a dead letter is encrypted: {@code key,value} and names of headers; absent where
   * nothing is.
   */
  public static final String ENCRYPTED = "leat.encrypted";

  /** What a dead letter is without, since it was too large; absent where nothing is left out. */
  public static final String LEFT_OUT = "leat.left-out";

  /** Reason code of a dead letter. */
  public static final String REASON = "leat.reason";

  /**
   * Of a dead letter the event time of the last event before it in its partition that passed, as
   * {@link #EVENT_TIME} is written; absent where none has since the service began.
   */
  public static final String PARTITION_TIME = "leat.partition-time";

  /** Names of the rules that a dead letter broke, separated by commas; absent where none. */
  public static final String RULES = "leat.rules";

  /*
   * Kafka Streams' own names (KIP-1034) on records that could not be processed: any tool that reads
   * its dead letter queues reads ours.
   */

  /** Class of the exception. */
  public static final String ERROR_EXCEPTION = "__streams.errors.exception";

  /** Message of the exception: one sentence for a person. */
  public static final String ERROR_MESSAGE = "__streams.errors.message";

  /** Stack trace of the exception. */
  public static final String ERROR_STACK_TRACE = "__streams.errors.stacktrace";

  /** Topic that the record was read from. */
  public static final String ERROR_TOPIC = "__streams.errors.topic";

  /** Partition that the record was read from, decimal. */
  public static final String ERROR_PARTITION = "__streams.errors.partition";

  /** Offset that the record was read from, decimal. */
  public static final String ERROR_OFFSET = "__streams.errors.offset";

  /** Position of the dead letter that an event was produced again from; absent on all others. */
  public static final String REPLAYED_FROM = "leat.replayed-from";

  /** W3C trace context; passed on as it came. */
  public static final String TRACEPARENT = "traceparent";

  private RecordHeaders() {}

  /** What {@link #CONTRACT} holds. */
  public static String contract(String event, OptionalInt version) {
    return version.isPresent() ? event + "@" + version.getAsInt() : event;
  }

  /** The version in what {@link #contract} made; empty where there is none. */
  public static Optional<String> contractVersion(String contract) {
    int at = contract.lastIndexOf('@');
    return at < 0 ? Optional.empty() : Optional.of(contract.substring(at + 1));
  }

  /** A header that holds a text. */
  public static Header of(String name, String value) {
    return new Text(name, value.getBytes(UTF_8));
  }

  /** Kafka's own header is made to be read lazily by several threads, and takes longer to make. */
  private record Text(String key, byte[] value) implements Header {}

  /** Sets a header to a text, in place of any of that name. */
  public static void set(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(of(name, value));
  }

  /** The last header of that name as text; empty where there is none or its value is null. */
  public static Optional<String> get(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }
}
