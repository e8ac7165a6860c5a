package io.leat.scoring;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.pipeline.definition.Model;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.RecordGate;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RegistryFollower;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * Scores the vectors of every service with every model that reads it, by the versions that the
 * model registry has.
 *
 * <pre>
 * features.&lt;service&gt; ─▶ score ─▶ scores.&lt;model&gt;
 *                          ├─▶ scores.&lt;model&gt;.shadow  of versions that decide nothing
 *                          ├─▶ scores.&lt;model&gt;.dlq     vectors that the model could not score
 *                          ├─▶ rollout-observations  in a rollout's stages, what its guards are told
 *                          └─▶ &lt;app&gt;-&lt;model&gt;-switches-changelog  positions of other rollouts
 * </pre>
 *
 * Each vector of the topic has exactly one outcome a model, beside what shadows say, which are left
 * out where vectors wait ({@link Backlog}). Vectors are scored one by one, as Kafka Streams hands
 * them over. A thread beside the stream follows the registry and opens versions ({@link
 * RegistryFollower}); a partition goes over at its next vector ({@link ScoringProcessor}), and
 * waits where no version is open that may score it ({@link ModelRollouts#mayPass}).
 */
public final class ScoringJob implements StreamsJob {
  private final RolloutSource source;
  private final Backlog backlog;

  public ScoringJob() {
    this(ScoringJob::follow, new Backlog());
  }

  /**
   * @param backlog is told by the job's gates
   */
  ScoringJob(RolloutSource source, Backlog backlog) {
    this.source = source;
    this.backlog = backlog;
  }

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new ScoringJob(), arguments));
  }

  @Override
  public String name() {
    return "scoring";
  }

  /**
   * @throws LeatException with one sentence if the pipeline has no model
   */
  @Override
  public Topology topology(JobContext context) {
    if (context.pipeline().models().isEmpty()) {
      throw new LeatException(
          ErrorCode.PIPELINE,
          "Pipeline %s declares no model, so there is nothing to score. Add a models/ folder, or leave the scoring service out."
              .formatted(context.pipeline().name()));
    }
    RegistryRetry retry = RegistryRetry.of(context);
    Map<String, List<ModelRollouts>> byService = new LinkedHashMap<>();
    List<ModelRollouts> models = new ArrayList<>();
    for (Model model : context.pipeline().models()) {
      ModelRollouts rollouts =
          new ModelRollouts(model.name(), context.metrics(), InstantSource.system());
      context.readiness().add("model " + model.name(), rollouts::problem);
      byService.computeIfAbsent(model.service(), service -> new ArrayList<>()).add(rollouts);
      models.add(rollouts);
    }
    Topology topology = new Topology();
    byService.forEach(
        (service, readers) -> {
          String topic = Topics.features(service);
          topology.addSource(
              source(service), new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic);
          readers.forEach(rollouts -> addModel(topology, rollouts, service, context, retry));
          context.gates().add(topic, gate(topic, readers));
        });
    context.resources().add(source.start(context, models));
    return topology;
  }

  private static AutoCloseable follow(JobContext context, List<ModelRollouts> models) {
    RegistryFollower follower =
        RegistryFollower.start(
            context.options().kafkaClientProperties(),
            new AvroCodec(context.registry()),
            ArtifactStore.open(context.options().artifacts()),
            context.metrics(),
            models);
    context.readiness().add("model registry", follower::problem);
    return follower;
  }

  /** Holds a partition until each model that reads it may score its next vector. */
  private RecordGate gate(String topic, List<ModelRollouts> readers) {
    return new RecordGate() {
      @Override
      public boolean mayPass(ConsumerRecord<byte[], byte[]> record) {
        return readers.stream().allMatch(model -> model.mayPass(record.partition()));
      }

      @Override
      public void waits(int partition, long records) {
        backlog.waits(new TopicPartition(topic, partition), records);
      }
    };
  }

  private void addModel(
      Topology topology,
      ModelRollouts rollouts,
      String service,
      JobContext context,
      RegistryRetry retry) {
    String model = rollouts.model();
    String processor = "score-" + model;
    ScoringProcessor.Sinks sinks =
        new ScoringProcessor.Sinks(
            "scores-" + model, "shadow-" + model, "unscored-" + model, "observations-" + model);
    ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier =
        () -> new ScoringProcessor(rollouts, context.registry(), retry, sinks, backlog);
    topology.addProcessor(processor, context.watch().watched(supplier), source(service));
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(SwitchLog.store(model)),
            Serdes.Long(),
            Serdes.ByteArray()),
        processor);
    addSink(topology, sinks.scores(), Topics.scores(model), processor);
    addSink(topology, sinks.shadowScores(), Topics.shadowScores(model), processor);
    addSink(topology, sinks.deadLetters(), Topics.unscored(model), processor);
    addSink(topology, sinks.observations(), Topics.ROLLOUT_OBSERVATIONS, processor);
  }

  private static void addSink(Topology topology, String name, String topic, String processor) {
    topology.addSink(name, topic, new ByteArraySerializer(), new ByteArraySerializer(), processor);
  }

  private static String source(String service) {
    return "vectors-" + service;
  }
}
