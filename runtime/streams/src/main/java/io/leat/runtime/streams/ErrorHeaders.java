package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.kafka.common.header.Headers;

/**
 * The headers that Kafka Streams itself puts on the records of a dead letter queue (KIP-1034), for
 * processors that write dead letters of their own: any tool that reads Streams' queues reads these.
 */
public final class ErrorHeaders {
  /** Class of the exception. */
  public static final String EXCEPTION = "__streams.errors.exception";

  /** Message of the exception. */
  public static final String MESSAGE = "__streams.errors.message";

  /** Stack trace, cut to its first {@value #STACK_TRACE_LENGTH} characters. */
  public static final String STACK_TRACE = "__streams.errors.stacktrace";

  /** Topic that the record was read from. */
  public static final String TOPIC = "__streams.errors.topic";

  /** Partition that the record was read from, decimal. */
  public static final String PARTITION = "__streams.errors.partition";

  /** Offset that the record was read from, decimal. */
  public static final String OFFSET = "__streams.errors.offset";

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
