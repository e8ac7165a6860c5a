package io.leat.schemas.deadletter;

import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.records.Violation;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;

/**
 * Writes why a record was refused into its headers, behind those that it came with: where one of
 * ours has a name that was there before, ours is the last of that name. Key and value are not
 * touched.
 *
 * <p>Each method appends, in the order in which they are called. A refusal says at least {@link
 * #readAt}, and {@link #exception} or {@link #message}. Not thread-safe.
 */
public final class DeadLetterWriter {
  /** The registry's subject of {@link #details}: of a schema that is in no topic's values. */
  private static final String SUBJECT = DeadLetter.class.getName();

  private static final int LONGEST_TEXT = 2_000;
  private static final int LONGEST_STACK_TRACE = 8_000;

  private final Headers headers;

  private DeadLetterWriter(Headers headers) {
    this.headers = headers;
  }

  /**
   * Appends to a record's own headers.
   *
   * @param headers changed
   */
  public static DeadLetterWriter to(Headers headers) {
    return new DeadLetterWriter(headers);
  }

  /**
   * Appends to a copy of headers: the record goes elsewhere too, as it is.
   *
   * @param headers not changed
   */
  public static DeadLetterWriter toCopyOf(Headers headers) {
    return new DeadLetterWriter(
        new org.apache.kafka.common.header.internals.RecordHeaders(headers.toArray()));
  }

  /** The headers that are written to. */
  public Headers headers() {
    return headers;
  }

  /**
   * What was thrown: its class, its message cut to 2,000 characters, its stack trace to 8,000. They
   * have the names under which Kafka Streams itself writes them (KIP-1034).
   */
  public DeadLetterWriter exception(Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    return add(RecordHeaders.ERROR_EXCEPTION, error.getClass().getName())
        .add(RecordHeaders.ERROR_MESSAGE, cut(String.valueOf(error.getMessage())))
        .add(RecordHeaders.ERROR_STACK_TRACE, cut(trace.toString(), LONGEST_STACK_TRACE));
  }

  /** One sentence for a person, where nothing was thrown: what was found and what was expected. */
  public DeadLetterWriter message(String message) {
    return add(RecordHeaders.ERROR_MESSAGE, message);
  }

  /** Where the record was read, under Kafka Streams' names. */
  public DeadLetterWriter readAt(String topic, int partition, long offset) {
    return add(RecordHeaders.ERROR_TOPIC, topic)
        .add(RecordHeaders.ERROR_PARTITION, Integer.toString(partition))
        .add(RecordHeaders.ERROR_OFFSET, Long.toString(offset));
  }

  /** Where the record was read, under Kafka Streams' names. */
  public DeadLetterWriter readAt(LogPosition position) {
    return readAt(position.getTopic(), position.getPartition(), position.getOffset());
  }

  /** The position of the producer's event, by which it is found in its raw topic. */
  public DeadLetterWriter source(LogPosition position) {
    return add(RecordHeaders.SOURCE, LogPositions.format(position));
  }

  /**
   * The contract that refuses.
   *
   * @param version of its schema; empty where the registry names none
   */
  public DeadLetterWriter contract(String event, OptionalInt version) {
    return add(RecordHeaders.CONTRACT, RecordHeaders.contract(event, version));
  }

  /** The event time that its partition had come to; writes nothing where that is not known. */
  public DeadLetterWriter partitionTime(OptionalLong millis) {
    return millis.isEmpty()
        ? this
        : add(RecordHeaders.PARTITION_TIME, Long.toString(millis.getAsLong()));
  }

  /** The reason code, out of the job's closed list. */
  public DeadLetterWriter reason(String code) {
    return add(RecordHeaders.REASON, code);
  }

  /** The rules that are broken; writes nothing where there are none. */
  public DeadLetterWriter rules(List<Violation> violations) {
    return violations.isEmpty()
        ? this
        : add(
            RecordHeaders.RULES,
            violations.stream().map(Violation::getRule).collect(Collectors.joining(",")));
  }

  /**
   * All of it as one record.
   *
   * @param schemaId {@link #schemaId}
   */
  public DeadLetterWriter details(DeadLetter details, AvroCodec codec, int schemaId) {
    headers.add(RecordHeaders.DEAD_LETTER, codec.encode(schemaId, details));
    return this;
  }

  /**
   * The registry's id of what {@link #details} writes; asked once, then out of memory.
   *
   * @throws io.leat.schemas.RegistryException if the registry refuses, or does not answer
   */
  public static int schemaId(RegistryClient registry) {
    return registry.register(SUBJECT, DeadLetter.getClassSchema());
  }

  /** Removes what a producer says of encryption, of what is left out and of time: ours to say. */
  public DeadLetterWriter withoutClaims() {
    headers
        .remove(RecordHeaders.ENCRYPTED)
        .remove(RecordHeaders.LEFT_OUT)
        .remove(RecordHeaders.PARTITION_TIME);
    return this;
  }

  /**
   * Says that key and value are encrypted.
   *
   * @param headerNames which of the producer's headers are too
   */
  public DeadLetterWriter encrypted(List<String> headerNames) {
    return add(
        RecordHeaders.ENCRYPTED,
        Stream.concat(Stream.of("key", "value"), headerNames.stream())
            .collect(Collectors.joining(",")));
  }

  /** Says that key, value and the producer's headers are left out: the event was too large. */
  public DeadLetterWriter leftOut() {
    return add(RecordHeaders.LEFT_OUT, "key,value,headers");
  }

  private DeadLetterWriter add(String name, String value) {
    headers.add(RecordHeaders.of(name, value));
    return this;
  }

  /** The first 2,000 characters. */
  public static String cut(String text) {
    return cut(text, LONGEST_TEXT);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
