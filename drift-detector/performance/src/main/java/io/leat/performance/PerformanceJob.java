package io.leat.performance;

import io.leat.pipeline.definition.Pipeline;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RecordWatch;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * The service: for each model whose service declares a label, what its scores were to predict.
 *
 * <pre>
 * scores.&lt;model&gt;, scores.&lt;model&gt;.shadow ─┐
 * features.&lt;service&gt; ────────────────────┼─▶ by event ─▶ pair ─▶ (by label) ─▶ join ─▶ outcomes.&lt;model&gt;
 * &lt;event&gt;.valid of labels and names ─────┘               │                     │
 *                                                      state: events         state: scores and labels
 *
 * outcomes.&lt;model&gt;, and scores before they are one ─▶ by window ─▶ measure ─▶ performance-metrics, drift-alerts
 * </pre>
 *
 * All that a model's join takes passes one topic, so that a task takes it nearly in the order in
 * which it came to be, also where it reads history. It passes a second one only where a label names
 * its event by something else than the event's id.
 */
public final class PerformanceJob implements StreamsJob {
  /**
   * How far out of order, in event time, what belongs together may come and still be joined. It
   * bounds what is kept beyond the time that a label may take.
   */
  static final Duration LATENESS = Duration.ofDays(1);

  static final long LATENESS_MICROS = TimeUnit.MILLISECONDS.toMicros(LATENESS.toMillis());

  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new PerformanceJob(), arguments));
  }

  @Override
  public String name() {
    return "performance";
  }

  @Override
  public Topology topology(JobContext context) {
    return topology(
        context.pipeline(),
        context.registry(),
        RegistryRetry.of(context),
        context.metrics(),
        context.watch(),
        new RegisteredVersions(
            new HashMap<>(context.options().kafkaClientProperties()),
            new AvroCodec(context.registry())));
  }

  static Topology topology(
      Pipeline pipeline,
      RegistryClient registry,
      RegistryRetry retry,
      MeterRegistry metrics,
      RecordWatch watch,
      Versions versions) {
    Builder builder = new Builder(pipeline, registry, retry, metrics, watch, versions);
    LabelledModel.of(pipeline).forEach(builder::add);
    return builder.streams.build();
  }

  @Override
  public Map<String, Object> settings(JobOptions options) {
    return Map.of(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
  }

  private static final class Builder {
    private final Pipeline pipeline;
    private final RegistryClient registry;
    private final RegistryRetry retry;
    private final MeterRegistry metrics;
    private final RecordWatch watch;
    private final Versions versions;
    private final StreamsBuilder streams = new StreamsBuilder();

    /** Models may share a topic; a topology reads it once. */
    private final Map<String, KStream<byte[], byte[]>> read = new HashMap<>();

    Builder(
        Pipeline pipeline,
        RegistryClient registry,
        RegistryRetry retry,
        MeterRegistry metrics,
        RecordWatch watch,
        Versions versions) {
      this.pipeline = pipeline;
      this.registry = registry;
      this.retry = retry;
      this.metrics = metrics;
      this.watch = watch;
      this.versions = versions;
    }

    void add(LabelledModel model) {
      Sources sources = new Sources(model, pipeline, registry, retry);
      JoinMetrics counters = JoinMetrics.of(metrics, model.name());
      addStore(PairProcessor.store(model));
      addStore(JoinProcessor.store(model));
      KStream<byte[], byte[]> parts =
          from(Topics.scores(model.name()), model, "scores", sources.scores())
              .merge(from(Topics.shadowScores(model.name()), model, "shadows", sources.scores()))
              .merge(
                  from(
                      Topics.features(model.service().name()), model, "vectors", sources.vectors()))
              .merge(from(Topics.valid(model.from().event()), model, "labels", sources.labels()));
      if (!model.isNamedById()) {
        parts =
            parts.merge(from(Topics.valid(model.spine().event()), model, "names", sources.names()));
      }
      KStream<byte[], byte[]> paired =
          by("event", parts, model, model.partitions())
              .process(
                  watch.watched(() -> new PairProcessor(model, codec(model), counters)),
                  Named.as(model.name() + "-pair"),
                  PairProcessor.store(model));
      String said = model.name() + "-said";
      Optional<String> watched =
          model.monitors().isEmpty() ? Optional.empty() : Optional.of(model.name() + "-watched");
      KStream<byte[], byte[]> joined =
          (model.isNamedById() ? paired : by("label", paired, model, model.partitions()))
              .process(
                  watch.watched(
                      () ->
                          new JoinProcessor(
                              model,
                              codec(model),
                              counters,
                              new JoinProcessor.Sinks(said, watched))),
                  Named.as(model.name() + "-join"),
                  JoinProcessor.store(model));
      node(joined, said).to(Topics.outcomes(model.name()), Produced.with(BYTES, BYTES));
      watched.ifPresent(name -> addWindows(node(joined, name), model));
    }

    /** One task has all of a model's windows. */
    private void addWindows(KStream<byte[], byte[]> outcomes, LabelledModel model) {
      addStore(WindowProcessor.store(model));
      WindowProcessor.Sinks sinks =
          new WindowProcessor.Sinks(model.name() + "-metrics", model.name() + "-alerts");
      KStream<byte[], byte[]> measured =
          by("window", outcomes, model, 1)
              .process(
                  watch.watched(
                      () ->
                          new WindowProcessor(
                              model, codec(model), registry, retry, metrics, versions, sinks)),
                  Named.as(model.name() + "-measure"),
                  WindowProcessor.store(model));
      node(measured, sinks.metrics()).to(Topics.PERFORMANCE_METRICS, Produced.with(BYTES, BYTES));
      node(measured, sinks.alerts()).to(Topics.DRIFT_ALERTS, Produced.with(BYTES, BYTES));
    }

    /** A node that a processor names when it forwards to it. */
    private static KStream<byte[], byte[]> node(KStream<byte[], byte[]> from, String name) {
      return from.filter((key, value) -> true, Named.as(name));
    }

    private PartCodec codec(LabelledModel model) {
      return new PartCodec(model.name(), registry, retry);
    }

    private KStream<byte[], byte[]> from(
        String topic,
        LabelledModel model,
        String what,
        ProcessorSupplier<byte[], byte[], byte[], byte[]> reader) {
      return read.computeIfAbsent(
              topic, name -> streams.stream(name, Consumed.with(BYTES, BYTES).withName(name)))
          .process(watch.watched(reader), Named.as(model.name() + "-" + what));
    }

    private static KStream<byte[], byte[]> by(
        String what, KStream<byte[], byte[]> parts, LabelledModel model, int partitions) {
      return parts.repartition(
          Repartitioned.<byte[], byte[]>as(model.name() + "-by-" + what)
              .withKeySerde(BYTES)
              .withValueSerde(BYTES)
              .withNumberOfPartitions(partitions));
    }

    private void addStore(String name) {
      streams.addStateStore(
          Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), BYTES)
              .withCachingEnabled());
    }
  }
}
