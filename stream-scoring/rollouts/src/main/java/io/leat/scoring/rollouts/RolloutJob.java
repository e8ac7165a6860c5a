package io.leat.scoring.rollouts;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.records.RegisteredModel;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.scoring.engine.RegistryFollower;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * The service: the stages of rollouts of a pipeline's models.
 *
 * <pre>
 * outcomes.&lt;model&gt; ──▶ losses ──▶ rollout-observations
 *                         │
 *                       state: scores of the stage that wait for their labels
 *
 * rollout-observations ──▶ evidence ──▶ model-registry, audit: the next stage, or the champion of before
 *                             │
 *                           state: what is known of each model's stage
 * </pre>
 *
 * Every observation counts once in the evidence. A decision names the rollout that it is made of,
 * so one that is made twice, or of a rollout that somebody changed meanwhile, changes nothing.
 */
public final class RolloutJob implements StreamsJob {
  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new RolloutJob(), arguments));
  }

  @Override
  public String name() {
    return "rollouts";
  }

  @Override
  public Topology topology(JobContext context) {
    Map<String, Object> kafka = new HashMap<>(context.options().kafkaClientProperties());
    RegistryFollower follower =
        RegistryFollower.start(
            kafka,
            new AvroCodec(context.registry()),
            ArtifactStore.open(context.options().artifacts()),
            context.metrics(),
            List.of());
    context.resources().add(follower);
    context.readiness().add("model registry", follower::problem);
    ArtifactStore artifacts = ArtifactStore.open(context.options().artifacts());
    context.resources().add(artifacts);
    ModelRegistry registry =
        new ModelRegistry(kafka, context.registry(), artifacts, InstantSource.system());
    Set<String> models =
        context.pipeline().models().stream()
            .map(Model::name)
            .collect(Collectors.toCollection(TreeSet::new));
    StageKeeper keeper =
        new StageKeeper(
            models,
            follower::view,
            registry,
            "%s-%s".formatted(context.pipeline().name(), name()),
            context.metrics());
    context.readiness().add("rollouts", keeper::problem);
    RegistryRetry retry = RegistryRetry.of(context);
    Topology topology =
        topology(
            context
                .watch()
                .watched(
                    () ->
                        new RolloutProcessor(
                            models, new AvroCodec(context.registry()), retry, keeper)));
    for (Model model : context.pipeline().models()) {
      context
          .pipeline()
          .service(model.service())
          .flatMap(FeatureService::label)
          .ifPresent(
              label ->
                  addLosses(
                      topology,
                      model.name(),
                      context
                          .watch()
                          .watched(
                              () ->
                                  new LossProcessor(
                                      model.name(),
                                      label.within(),
                                      () ->
                                          follower
                                              .view()
                                              .flatMap(view -> view.model(model.name()))
                                              .map(RegisteredModel::getRollout),
                                      context.registry(),
                                      retry))));
    }
    return topology;
  }

  static void addLosses(
      Topology topology,
      String model,
      ProcessorSupplier<byte[], byte[], byte[], byte[]> processor) {
    String source = "outcomes-" + model;
    String name = "losses-" + model;
    topology
        .addSource(
            source,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            Topics.outcomes(model))
        .addProcessor(name, processor, source)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(LossProcessor.store(model)),
                Serdes.Bytes(),
                Serdes.ByteArray()),
            name)
        .addSink(
            name + "-observations",
            Topics.ROLLOUT_OBSERVATIONS,
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            name);
  }

  static Topology topology(ProcessorSupplier<byte[], byte[], Void, Void> processor) {
    String name = "evidence";
    return new Topology()
        .addSource(
            "observations",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            Topics.ROLLOUT_OBSERVATIONS)
        .addProcessor(name, processor, "observations")
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(EvidenceStore.NAME),
                    Serdes.String(),
                    Serdes.ByteArray())
                .withCachingEnabled(), // a model's evidence is written once a commit
            name);
  }

  @Override
  public Map<String, Object> settings(JobOptions options) {
    return Map.of(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
  }
}
