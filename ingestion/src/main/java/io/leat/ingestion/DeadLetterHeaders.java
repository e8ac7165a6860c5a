package io.leat.ingestion;

import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.records.Violation;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.deadletter.DeadLetterWriter;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Has {@link DeadLetterWriter} say why an event was refused, without what may not be quoted. Not
 * thread-safe: one a task.
 */
final class DeadLetterHeaders {
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
    DeadLetterWriter.to(headers)
        .exception(error)
        .readAt(source)
        .contract(event, refused.contractVersion())
        .source(source)
        .reason(refused.reason().name())
        .rules(refused.violations())
        .details(deadLetter(refused, message, source), codec, schemaId());
  }

  private DeadLetter deadLetter(Verdict.Refused refused, String message, LogPosition source) {
    List<Violation> violations =
        refused.violations().stream()
            .map(
                violation ->
                    new Violation(
                        violation.getRule(), DeadLetterWriter.cut(violation.getMessage())))
            .toList();
    return new DeadLetter(
        event,
        boxed(refused.contractVersion()),
        boxed(refused.writerSchemaId()),
        refused.reason().name(),
        DeadLetterWriter.cut(message),
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
      known = retry.call(() -> DeadLetterWriter.schemaId(registry));
      id = known;
    }
    return known;
  }

  private static @Nullable Integer boxed(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }
}
