package io.leat.schemas;

import java.util.Set;
import org.apache.kafka.common.utils.Utils;

/**
 * The names of the topics in which the jobs meet. An event, service or model name is used as it is
 * declared.
 */
public final class Topics {
  public static final String DRIFT_METRICS = "drift-metrics";
  public static final String DRIFT_ALERTS = "drift-alerts";
  public static final String PERFORMANCE_METRICS = "performance-metrics";
  public static final String ALERT_CONTROLS = "alert-controls";
  public static final String RETRAINING_REQUESTS = "retraining-requests";
  public static final String RETRAINING_RUNS = "retraining-runs";
  public static final String MODEL_REGISTRY = "model-registry";
  public static final String ROLLOUT_OBSERVATIONS = "rollout-observations";
  public static final String AUDIT = "audit";
  public static final String DEFINITIONS = "definitions";

  /** The topics that are the platform's own, whatever a pipeline declares. */
  public static final Set<String> PLATFORM =
      Set.of(
          DRIFT_METRICS,
          DRIFT_ALERTS,
          PERFORMANCE_METRICS,
          ALERT_CONTROLS,
          RETRAINING_REQUESTS,
          RETRAINING_RUNS,
          MODEL_REGISTRY,
          ROLLOUT_OBSERVATIONS,
          AUDIT,
          DEFINITIONS);

  /**
   * The largest record that a job sends, in bytes before compression (4 MiB): an event of Kafka's
   * default limit (1 MiB) fits with a dead letter's headers many times over.
   */
  public static final int LARGEST_RECORD = 4 * 1024 * 1024;

  private Topics() {}

  /** Events that passed their contract. */
  public static String valid(String event) {
    return event + ".valid";
  }

  /** Events that did not, byte for byte as they came. */
  public static String deadLetters(String event) {
    return event + ".dlq";
  }

  /** Valid events that came after every window of some view had closed. */
  public static String late(String event) {
    return event + ".late";
  }

  /** Feature vectors of a service. */
  public static String features(String service) {
    return "features." + service;
  }

  /** Scores of a model. */
  public static String scores(String model) {
    return "scores." + model;
  }

  /** Scores of versions that score beside those that decide. */
  public static String shadowScores(String model) {
    return scores(model) + ".shadow";
  }

  /** Scores of a model with what they were to predict, as far as that is known. */
  public static String outcomes(String model) {
    return "outcomes." + model;
  }

  /** Vectors that a model could not score, byte for byte as they came. */
  public static String unscored(String model) {
    return scores(model) + ".dlq";
  }

  /** The partition where Kafka's own clients put records of a key. */
  public static int partition(byte[] key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  /** The registry's subject for a topic's values (Confluent's TopicNameStrategy). */
  public static String valueSubject(String topic) {
    return topic + "-value";
  }
}
