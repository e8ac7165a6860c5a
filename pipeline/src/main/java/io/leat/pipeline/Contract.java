package io.leat.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * An event's Avro schema and its rules.
 *
 * @param event name of the event and of its raw topic
 * @param schema record schema that every valid event has
 * @param owner who answers for the event
 * @param description what the event says; empty text where none was given
 * @param key field that the producer keys the topic by; empty where records have no key
 * @param eventId field (string, int, long or timestamp) that names the event
 * @param eventTime field (timestamp-millis or timestamp-micros) that says when it happened
 * @param maxFuture how far event time may lie ahead of ingestion's clock
 * @param rules rules in declared order
 * @param topic settings of the event's topics
 */
public record Contract(
    String event,
    Schema schema,
    String owner,
    String description,
    Optional<String> key,
    String eventId,
    String eventTime,
    Duration maxFuture,
    List<Rule> rules,
    TopicSettings topic) {
  public Contract {
    rules = List.copyOf(rules);
  }

  /**
   * A condition that every event meets.
   *
   * @param name the rule's name, unique in its contract
   * @param check CEL of type bool over {@code event}
   * @param message text for a person; {@code {event.field}} quotes a value; empty where the check
   *     speaks for itself
   */
  public record Rule(String name, Expression check, Severity severity, Optional<String> message) {}

  /**
   * @param partitions number of partitions, at least 1
   * @param retention how long the raw and the valid topic keep events; empty: for ever
   * @param deadLetterRetention how long dead letters and late events are kept
   */
  public record TopicSettings(
      int partitions, Optional<Duration> retention, Duration deadLetterRetention) {}
}
