package io.leat.ingestion;

import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.records.Violation;
import io.leat.runtime.streams.ErrorHeaders;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes why an event was refused into its headers, behind those it came with. Not thread-safe: one
 * a task.
 */
final class DeadLetterHeaders {
  /** The registry's subject of the record in the header {@code leat.dead-letter}. */
  static final String SUBJECT = DeadLetter.class.getName();

  private static final int LONGEST_TEXT = 2_000;

  private final String event;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final AvroCodec codec;
  private final boolean mayQuote;
  private @Nullable Integer id;

  /**
   * @param mayQuote whether messages of exceptions may be written, which may hold an event's values
   */
  DeadLetterHeaders(
      String event,
      RegistryClient registry,
      RegistryRetry retry,
      AvroCodec codec,
      boolean mayQuote) {
    this.mayQuote = mayQuote;
    this.event = event;
    this.registry = registry;
    this.retry = retry;
    this.codec = codec;
  }

  /** Asks the registry for what dead letters need, so that none has to wait for it. */
  void prepare() {
    schemaId();
  }

  /**
   * Appends the headers.
   *
   * @param source where the event was read
   */
  void append(Headers headers, Verdict.Refused refused, LogPosition source) {
    String message = mayQuote || refused.cause().isEmpty() ? refused.message() : silent(refused);
    Throwable error =
        refused
            .cause()
            .filter(cause -> mayQuote)
            .orElseGet(() -> new RefusedEventException(message));
    ErrorHeaders.append(
        headers, error, source.getTopic(), source.getPartition(), source.getOffset());
    add(headers, RecordHeaders.CONTRACT, RecordHeaders.contract(event, refused.contractVersion()));
    add(headers, RecordHeaders.SOURCE, LogPositions.format(source));
    add(headers, RecordHeaders.REASON, refused.reason().name());
    if (!refused.violations().isEmpty()) {
      add(
          headers,
          RecordHeaders.RULES,
          refused.violations().stream().map(Violation::getRule).collect(Collectors.joining(",")));
    }
    headers.add(
        RecordHeaders.DEAD_LETTER, codec.encode(schemaId(), deadLetter(refused, message, source)));
  }

  private DeadLetter deadLetter(Verdict.Refused refused, String message, LogPosition source) {
    List<Violation> violations =
        refused.violations().stream()
            .map(violation -> new Violation(violation.getRule(), cut(violation.getMessage())))
            .toList();
    return new DeadLetter(
        event,
        boxed(refused.contractVersion()),
        boxed(refused.writerSchemaId()),
        refused.reason().name(),
        cut(message),
        violations,
        source);
  }

  /** What a library said may quote the event: only what the reason code says is reported. */
  private static String silent(Verdict.Refused refused) {
    return "%s (the details may hold what the contract protects, and are left out)"
        .formatted(refused.reason());
  }

  private int schemaId() {
    Integer known = id;
    if (known == null) {
      known = retry.call(() -> registry.register(SUBJECT, DeadLetter.getClassSchema()));
      id = known;
    }
    return known;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable Integer boxed(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }
}
