package io.leat.features.online;

import io.leat.common.Lookups;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.InFlight.Way;
import io.leat.features.online.backfill.BackfillProcessor;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.Topics;
import io.leat.schemas.backfill.BackfillTopic;
import io.micrometer.core.instrument.Gauge;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The online store's topology. Every event stream that views or services need passes its entities
 * in a chain:
 *
 * <pre>
 * &lt;event&gt;.valid ─▶ receive ─▶ route ─┬─ here ───────────────┬─▶ stage ─┬─▶ route to the next entity ... ─▶ late
 *                                 ├─ hop ─▶ repartition ─┘  (stores)│
 *                                 └─ past ─────────────────────────┴─▶ vectors of the services that are complete
 * </pre>
 *
 * A view with {@code backfill: true} takes its first values from a topic, in the same task.
 */
public final class OnlineStore implements StreamsJob {
  private static final Serde<byte @Nullable []> BYTES = Serdes.ByteArray();
  private static final Serde<Envelope> ENVELOPES =
      Serdes.serdeFrom(
          (topic, envelope) -> envelope.toBytes(), (topic, bytes) -> Envelope.fromBytes(bytes));

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new OnlineStore(), arguments));
  }

  @Override
  public String name() {
    return StateStores.JOB;
  }

  @Override
  public Map<String, Object> settings(JobOptions options) {
    return Map.of(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
        MalformedToDeadLetters.class,
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        BackfillTopic.LARGEST_ENTRY,
        StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
        Integer.toString(BackfillTopic.LARGEST_ENTRY));
  }

  @Override
  public Topology topology(JobContext context) {
    List<ChainPlan> plans = ChainPlan.of(context.pipeline());
    RegistryRetry retry = RegistryRetry.of(context);
    StreamsBuilder builder = new StreamsBuilder();
    addStores(plans, builder);
    for (ChainPlan plan : plans) {
      new Chain(plan, context, retry, builder).build();
    }
    return builder.build();
  }

  /** One persistent store a view, whose changelog the feature server follows. */
  private static void addStores(List<ChainPlan> plans, StreamsBuilder builder) {
    Set<FeatureView> views = new LinkedHashSet<>();
    plans.forEach(plan -> plan.stages().forEach(stage -> views.addAll(stage.views())));
    for (FeatureView view : views) {
      builder.addStateStore(
          Stores.keyValueStoreBuilder(
                  Stores.persistentKeyValueStore(StateStores.name(view)),
                  Serdes.Bytes(),
                  Serdes.ByteArray())
              .withCachingEnabled()
              .withLoggingEnabled(Map.of()));
    }
  }

  /** The chain of one event. */
  private static final class Chain {
    private final ChainPlan plan;
    private final JobContext context;
    private final Pipeline pipeline;
    private final RegistryRetry retry;
    private final StreamsBuilder builder;
    private final String event;

    Chain(ChainPlan plan, JobContext context, RegistryRetry retry, StreamsBuilder builder) {
      this.plan = plan;
      this.context = context;
      this.pipeline = context.pipeline();
      this.retry = retry;
      this.builder = builder;
      this.event = plan.contract().event();
    }

    void build() {
      plan.stages().stream()
          .flatMap(stage -> stage.updates().stream())
          .filter(FeatureView::backfill)
          .forEach(this::backfill);
      KStream<byte @Nullable [], InFlight> flow =
          builder.stream(Topics.valid(event), Consumed.with(BYTES, BYTES).withName(event))
              .process(
                  context.watch().watched(() -> new ReceiveProcessor(decoder(), context.metrics())),
                  Named.as(event + "-receive"));
      writeVectors(flow, plan.immediate());
      for (ChainPlan.Stage stage : plan.stages()) {
        flow = through(flow, stage);
        writeVectors(flow, stage.completes());
      }
      flow.process(LateProcessor::new, Named.as(event + "-late"))
          .to(Topics.late(event), Produced.with(BYTES, BYTES).withName(event + "-late-sink"));
    }

    /** What comes in for a view out of the offline tables, into its store in the same task. */
    @SuppressWarnings("removal") // Kafka marks the one method that a partitioner must have
    private void backfill(FeatureView view) {
      String topic = BackfillTopic.name(pipeline.name(), view.name(), view.version());
      String store = StateStores.name(view);
      Set<TaskId> waiting = ConcurrentHashMap.newKeySet();
      Gauge.builder("leat.features.backfill.waiting", waiting, Set::size)
          .tags(StateStores.tags(view))
          .strongReference(true)
          .register(context.metrics());
      builder.stream(topic, Consumed.with(BYTES, BYTES).withName(store + "-backfill"))
          .process(
              context
                  .watch()
                  .watched(
                      () ->
                          new BackfillProcessor(
                              store,
                              () -> new ViewEngine(view, plan.contract(), StateStores.CACHED_NODES),
                              StoreEntries::new,
                              decoder()::decode,
                              waiting,
                              context
                                  .metrics()
                                  .counter(
                                      "leat.features.late",
                                      StateStores.tags(view).and("event", event)))),
              Named.as(store + "-take-in"),
              store)
          .to(
              topic,
              Produced.with(BYTES, BYTES)
                  .withName(store + "-notices")
                  .withStreamPartitioner(
                      (name, key, notice, partitions) ->
                          Optional.of(Set.of(BackfillProcessor.partitionOf(notice)))));
    }

    private EventDecoder decoder() {
      return new EventDecoder(plan.contract(), context.registry(), retry);
    }

    private KStream<byte @Nullable [], InFlight> through(
        KStream<byte @Nullable [], InFlight> flow, ChainPlan.Stage stage) {
      String name = event + "-by-" + stage.entity().name();
      Map<String, KStream<byte @Nullable [], InFlight>> ways =
          flow.process(
                  () -> new RouteProcessor(plan, stage.entity(), context.metrics()),
                  Named.as(name + "-route"))
              .split(Named.as(name + "-"))
              .branch((key, value) -> value.way() == Way.HERE, Branched.as("here"))
              .branch((key, value) -> value.way() == Way.HOP, Branched.as("hop"))
              .defaultBranch(Branched.as("past"));
      KStream<byte @Nullable [], InFlight> arrived =
          Lookups.required(ways, name + "-hop")
              .mapValues(InFlight::envelope, Named.as(name + "-close"))
              .repartition(
                  Repartitioned.<byte @Nullable [], Envelope>as(name)
                      .withKeySerde(BYTES)
                      .withValueSerde(ENVELOPES)
                      .withNumberOfPartitions(plan.partitions()))
              .process(
                  context.watch().watched(() -> new ArriveProcessor(decoder())),
                  Named.as(name + "-arrive"));
      return Lookups.required(ways, name + "-here")
          .merge(arrived, Named.as(name + "-gather"))
          .process(
              () -> new StageProcessor(plan.contract(), stage, pipeline, context.metrics()),
              Named.as(name + "-stage"),
              stage.views().stream().map(StateStores::name).toArray(String[]::new))
          .merge(Lookups.required(ways, name + "-past"), Named.as(name + "-done"));
    }

    private void writeVectors(
        KStream<byte @Nullable [], InFlight> flow, List<FeatureService> services) {
      for (FeatureService service : services) {
        String topic = Topics.features(service.name());
        int schemaId =
            retry.callAtStart(
                () ->
                    context
                        .registry()
                        .register(
                            Topics.valueSubject(topic),
                            FeatureVectorSchema.of(service.featureNames())));
        flow.process(
                () ->
                    new VectorProcessor(
                        service, schemaId, pipeline, context.registry(), context.metrics()),
                Named.as("vector-" + service.name()))
            .to(topic, Produced.with(BYTES, BYTES).withName("vector-" + service.name() + "-sink"));
      }
    }
  }
}
