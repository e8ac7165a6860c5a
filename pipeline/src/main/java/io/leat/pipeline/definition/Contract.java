package io.leat.pipeline.definition;

import io.leat.pipeline.expression.Expression;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * An event's Avro schema and its rules.
 *
 * @param event name of the event and of its raw topic
 * @param schema record schema that every valid event has
 * @param owner who answers for the event
 * @param description what the event says; empty text where none was given
 * @param key field that the producer keys the topic by; empty where records have no key
 * @param eventId field (string, int, long or timestamp) that names the event; of events of one time
 *     it says which comes first, numbers as numbers, strings by code points
 * @param eventTime field (timestamp-millis or timestamp-micros) that says when it happened; events
 *     are ordered by it in its own unit
 * @param maxFuture how far event time may lie ahead of ingestion's clock
 * @param maxPast how far it may lie behind; empty: any distance
 * @param compatibility what a new version of the schema promises
 * @param inputFormat how events stand in the raw topic
 * @param duplicatesWithin event time between two events of one id within which the second is a
 *     duplicate; empty: nobody looks
 * @param missing what is done where a field is null, in declared order
 * @param rules rules in declared order
 * @param ruleSet rules in Confluent's form that the contract carries; a registry may hold more
 * @param privacy what is sensitive
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
    Optional<Duration> maxPast,
    Compatibility compatibility,
    InputFormat inputFormat,
    Optional<Duration> duplicatesWithin,
    List<MissingValue> missing,
    List<Rule> rules,
    RuleSet ruleSet,
    Privacy privacy,
    TopicSettings topic) {
  public Contract {
    missing = List.copyOf(missing);
    rules = List.copyOf(rules);
  }

  /** A contract of a schema and rules alone, everything else at its default. */
  public static Contract of(
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
    return new Contract(
        event,
        schema,
        owner,
        description,
        key,
        eventId,
        eventTime,
        maxFuture,
        Optional.empty(),
        Compatibility.BACKWARD,
        InputFormat.PLAIN,
        Optional.empty(),
        List.of(),
        rules,
        RuleSet.EMPTY,
        Privacy.NONE,
        topic);
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

  /**
   * What of the event is sensitive.
   *
   * @param tags path of a field to the tags that the contract gives it, beside the schema's own
   * @param protections what is done to sensitive values, in declared order
   * @param deadLetterKeys keys that dead letters are encrypted with: the first encrypts, all
   *     decrypt; none: they are kept as they came
   */
  public record Privacy(
      Map<String, Set<String>> tags, List<Protection> protections, List<KeySource> deadLetterKeys) {
    public static final Privacy NONE = new Privacy(Map.of(), List.of(), List.of());

    public Privacy {
      tags = Map.copyOf(tags);
      protections = List.copyOf(protections);
      deadLetterKeys = List.copyOf(deadLetterKeys);
    }

    /** Whether dead letters hold in clear what is protected elsewhere. */
    public boolean keepsClearDeadLetters() {
      return !protections.isEmpty() && deadLetterKeys.isEmpty();
    }
  }
}
