package io.leat.retraining.policy;

import io.leat.pipeline.definition.Pipeline;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRun;
import io.leat.runtime.streams.RecordWatch;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
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
 * drift-alerts    ──▶ by model ──▶ policy ──▶ retraining-requests, audit
 *                                    │
 *                                  state: last request a model, open requests, runs under way
 *                                    │
 * retraining-runs ──▶ by model ──▶ end of a request
 * </pre>
 */
public final class RetrainingTopology {
  /** Model to its last request, in wire format. */
  static final String LAST_REQUESTS = "last-requests";

  /** Id of each request that has not come to an end, to the request in wire format. */
  static final String OPEN_REQUESTS = "open-requests";

  /** Id of each request that a run has taken up, to the run as last told, in wire format. */
  static final String RUNS = "runs";

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
    for (String store : List.of(LAST_REQUESTS, OPEN_REQUESTS, RUNS)) {
      builder.addStateStore(
          Stores.keyValueStoreBuilder(
              Stores.persistentKeyValueStore(store), Serdes.String(), Serdes.ByteArray()));
    }

    builder.stream(Topics.DRIFT_ALERTS, bytes)
        .process(
            watch.watched(
                () ->
                    new RouteByModel<>(
                        DriftAlert.class,
                        DriftAlert::getModel,
                        new AvroCodec(registry),
                        retry,
                        metrics)))
        .repartition(byModel("alerts-by-model"))
        .process(
            watch.watched(
                () -> new PolicyProcessor(policies, requests, registry, retry, metrics, clock)),
            LAST_REQUESTS,
            OPEN_REQUESTS,
            RUNS)
        .to(
            (model, output, context) -> output.topic(),
            Produced.with(Serdes.String(), outputSerde()));

    builder.stream(Topics.RETRAINING_RUNS, bytes)
        .process(
            watch.watched(
                () ->
                    new RouteByModel<>(
                        RetrainingRun.class,
                        RetrainingRun::getModel,
                        new AvroCodec(registry),
                        retry,
                        metrics)))
        .repartition(byModel("runs-by-model"))
        .process(
            watch.watched(() -> new RunProcessor(new AvroCodec(registry), retry)),
            OPEN_REQUESTS,
            RUNS);
    return builder.build();
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
