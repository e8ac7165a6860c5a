package io.leat.retraining.policy;

import io.leat.pipeline.definition.Pipeline;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.PerformanceMetric;
import io.leat.records.RetrainingRun;
import io.leat.runtime.streams.RecordWatch;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology of the policy job.
 *
 * <pre>
 * drift-alerts    ──▶ by model ──▶ policy ──▶ retraining-requests, audit, drift-alerts (of requests that lapse)
 *                                    │
 *                                  state: requests, open episodes, what is held back
 *                                    │
 * drift-metrics,
 * performance-metrics ──▶ by model ──▶ what is due, what has lapsed ──▶ the same topics
 *                                    │
 * retraining-runs ──▶ by model ──▶ end of a request, and of the alert that one has lapsed
 * </pre>
 */
public final class RetrainingTopology {
  /** Model to its last request, in wire format. */
  static final String LAST_REQUESTS = "last-requests";

  /** Id of each request that has not come to an end, to the request in wire format. */
  static final String OPEN_REQUESTS = "open-requests";

  /** Id of each request that a run has taken up, to the run as last told, in wire format. */
  static final String RUNS = "runs";

  /** Model, event time and id of each request that was made. */
  static final String REQUEST_TIMES = "request-times";

  /** Model, kind and id of each open episode of performance or data quality, to its first alert. */
  static final String EPISODES = "episodes";

  /**
   * Model and id of each episode that is open and may still ask, to the event time, in
   * milliseconds, from which on it waits, and its last alert.
   */
  static final String HELD = "open-alerts";

  /** Model to the request whose lapse is alerted of. */
  static final String LAPSED = "lapsed-requests";

  /** Model and cause to what was done about it. */
  static final String ATTEMPTS = "attempts";

  /** Policy to the event time, in milliseconds, from which its schedule counts. */
  static final String ANCHORS = "schedule-anchors";

  /** Model to the greatest event time, in milliseconds, that was read of it. */
  static final String CLOCKS = "model-clocks";

  /** Model and id of each closed episode of data quality, to its span of event time and monitor. */
  static final String INCIDENTS = "incidents";

  /** Model, kind and monitor to the last window that the monitor has looked at, as a span. */
  static final String LOOKED = "looked-until";

  static final String[] STORES = {
    LAST_REQUESTS,
    OPEN_REQUESTS,
    RUNS,
    REQUEST_TIMES,
    EPISODES,
    HELD,
    LAPSED,
    ATTEMPTS,
    ANCHORS,
    CLOCKS,
    INCIDENTS,
    LOOKED
  };

  /** One: alerts are few, and one order of all of them is the easiest to follow. */
  private static final int PARTITIONS = 1;

  private RetrainingTopology() {}

  /**
   * Builds it.
   *
   * @param clock stamps audit events; it decides nothing
   * @param watch knows which record is being worked on
   */
  public static Topology build(
      Pipeline pipeline,
      RegistryClient registry,
      RegistryRetry retry,
      MeterRegistry meters,
      InstantSource clock,
      RecordWatch watch) {
    RetrainingMetrics metrics = new RetrainingMetrics(meters);
    Policies policies = new Policies(pipeline.retraining());
    Requests requests = new Requests(pipeline);
    Consumed<byte[], byte[]> bytes =
        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
            .withTimestampExtractor((record, before) -> Math.max(0, record.timestamp()));

    StreamsBuilder builder = new StreamsBuilder();
    for (String store : STORES) {
      builder.addStateStore(
          Stores.keyValueStoreBuilder(
              Stores.persistentKeyValueStore(store), Serdes.String(), Serdes.ByteArray()));
    }

    PolicyProcessor.Parts parts =
        new PolicyProcessor.Parts(
            policies, new Doubts(pipeline), requests, registry, retry, metrics, clock);
    Produced<String, Output> produced = Produced.with(Serdes.String(), outputSerde());
    builder.stream(Topics.DRIFT_ALERTS, bytes)
        .process(
            watch.watched(
                () ->
                    new RouteByModel<>(
                        DriftAlert.class,
                        DriftAlert::getModel,
                        (alert, whole) -> whole,
                        new AvroCodec(registry),
                        retry,
                        metrics)))
        .repartition(byModel("alerts-by-model"))
        .process(
            watch.watched(
                () -> new AlertProcessor(parts, registry, alert -> isWatched(pipeline, alert))),
            STORES)
        .to((model, output, context) -> output.topic(), produced);

    builder.stream(Topics.DRIFT_METRICS, bytes)
        .process(
            watch.watched(
                () ->
                    new RouteByModel<>(
                        DriftMetric.class,
                        DriftMetric::getModel,
                        (metric, whole) -> LookedAt.of(metric).toBytes(),
                        new AvroCodec(registry),
                        retry,
                        metrics)))
        .repartition(byModel("windows-by-model"))
        .process(watch.watched(() -> new ClockProcessor(parts)), STORES)
        .to((model, output, context) -> output.topic(), produced);

    builder.stream(Topics.RETRAINING_RUNS, bytes)
        .process(
            watch.watched(
                () ->
                    new RouteByModel<>(
                        RetrainingRun.class,
                        RetrainingRun::getModel,
                        (run, whole) -> whole,
                        new AvroCodec(registry),
                        retry,
                        metrics)))
        .repartition(byModel("runs-by-model"))
        .process(watch.watched(() -> new RunProcessor(parts, registry)), STORES)
        .to((model, output, context) -> output.topic(), produced);

    builder.stream(Topics.PERFORMANCE_METRICS, bytes)
        .process(
            watch.watched(
                () ->
                    new RouteByModel<>(
                        PerformanceMetric.class,
                        PerformanceMetric::getModel,
                        (metric, whole) -> LookedAt.of(metric).toBytes(),
                        new AvroCodec(registry),
                        retry,
                        metrics)))
        .repartition(byModel("performance-by-model"))
        .process(watch.watched(() -> new ClockProcessor(parts)), STORES)
        .to((model, output, context) -> output.topic(), produced);
    return builder.build();
  }

  /** Whether a monitor of the pipeline looks at the performance that an alert is about. */
  static boolean isWatched(Pipeline pipeline, DriftAlert alert) {
    return pipeline.monitors().stream()
        .filter(monitor -> monitor.performance().isPresent())
        .anyMatch(
            monitor ->
                monitor.name().equals(alert.getMonitor())
                    && monitor.model().equals(alert.getModel()));
  }

  private static Repartitioned<String, byte[]> byModel(String name) {
    return Repartitioned.<String, byte[]>as(name)
        .withKeySerde(Serdes.String())
        .withValueSerde(Serdes.ByteArray())
        .withNumberOfPartitions(PARTITIONS);
  }

  private static Serde<Output> outputSerde() {
    return Serdes.serdeFrom(
        (topic, output) -> output.value(),
        (topic, value) -> {
          throw new UnsupportedOperationException("outputs are only written");
        });
  }
}
