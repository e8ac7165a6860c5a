package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.schemas.RecordHeaders;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.kafka.common.header.Headers;

/**
 * The headers that Kafka Streams itself puts on the records of a dead letter queue (KIP-1034), for
 * processors that write dead letters of their own: any tool that reads Streams' queues reads these.
 */
public final class ErrorHeaders {
  /** Class of the exception. */
  public static final String EXCEPTION = RecordHeaders.ERROR_EXCEPTION;

  /** Message of the exception. */
  public static final String MESSAGE = RecordHeaders.ERROR_MESSAGE;

  /** Stack trace, cut to its first {@value #STACK_TRACE_LENGTH} characters. */
  public static final String STACK_TRACE = RecordHeaders.ERROR_STACK_TRACE;

  /** Topic that the record was read from. */
  public static final String TOPIC = RecordHeaders.ERROR_TOPIC;

  /** Partition that the record was read from, decimal. */
  public static final String PARTITION = RecordHeaders.ERROR_PARTITION;

  /** Offset that the record was read from, decimal. */
  public static final String OFFSET = RecordHeaders.ERROR_OFFSET;

  private static final int STACK_TRACE_LENGTH = 8_000;
  private static final int MESSAGE_LENGTH = 2_000;

  private ErrorHeaders() {}

  /** Appends the headers; what the record brought along stays before them. */
  public static void append(
      Headers headers, Throwable error, String topic, int partition, long offset) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    add(headers, EXCEPTION, error.getClass().getName());
    add(headers, MESSAGE, cut(String.valueOf(error.getMessage()), MESSAGE_LENGTH));
    add(headers, STACK_TRACE, cut(trace.toString(), STACK_TRACE_LENGTH));
    add(headers, TOPIC, topic);
    add(headers, PARTITION, Integer.toString(partition));
    add(headers, OFFSET, Long.toString(offset));
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
