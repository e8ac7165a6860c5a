package io.leat.scoring;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.apply.DefinitionLog;
import io.leat.pipeline.definition.Model;
import io.leat.records.Definition;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.Topics;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Scores the vectors of every service with every model that reads it.
 *
 * <pre>
 * features.&lt;service&gt; ─▶ score ─▶ scores.&lt;model&gt;
 *                          └─▶ scores.&lt;model&gt;.dlq   vectors that the model could not score
 * </pre>
 *
 * Each vector of the topic has exactly one outcome a model. Vectors are scored one by one, as Kafka
 * Streams hands them over. Every model is opened, checked, and held against what was applied before
 * the topology is built, so a service with a model that does not fit, or with another file than was
 * applied, does not start.
 */
public final class ScoringJob implements StreamsJob {
  private final Function<JobContext, Collection<Definition>> applied;

  public ScoringJob() {
    this(
        context ->
            new DefinitionLog(context.options().kafkaClientProperties(), context.registry())
                .read()
                .values());
  }

  /**
   * @param applied what was applied to the cluster
   */
  ScoringJob(Function<JobContext, Collection<Definition>> applied) {
    this.applied = applied;
  }

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new ScoringJob(), arguments));
  }

  @Override
  public String name() {
    return "scoring";
  }

  /**
   * @throws LeatException with one sentence if the pipeline has no model, or one that cannot be
   *     served
   */
  @Override
  public Topology topology(JobContext context) {
    if (context.pipeline().models().isEmpty()) {
      throw new LeatException(
          ErrorCode.PIPELINE,
          "Pipeline %s declares no model, so there is nothing to score. Add a models/ folder, or leave the scoring service out."
              .formatted(context.pipeline().name()));
    }
    Collection<Definition> definitions = applied.apply(context);
    RegistryRetry retry = RegistryRetry.of(context);
    Topology topology = new Topology();
    Set<String> read = new HashSet<>();
    for (Model model : context.pipeline().models()) {
      if (read.add(model.service())) {
        topology.addSource(
            source(model),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            Topics.features(model.service()));
      }
      ServedModel served = ServedModel.check(model, context.pipeline());
      served.requireApplied(definitions);
      addModel(topology, served, context, retry);
    }
    return topology;
  }

  private static void addModel(
      Topology topology, ServedModel served, JobContext context, RegistryRetry retry) {
    Model model = served.model();
    ScoringMetrics metrics = new ScoringMetrics(context.metrics(), model);
    String processor = "score-" + model.name();
    String scores = "scores-" + model.name();
    String deadLetters = "unscored-" + model.name();
    ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier =
        () -> new ScoringProcessor(served, metrics, context.registry(), retry, scores, deadLetters);
    topology.addProcessor(processor, context.watch().watched(supplier), source(model));
    topology.addSink(
        scores,
        Topics.scores(model.name()),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        processor);
    topology.addSink(
        deadLetters,
        Topics.unscored(model.name()),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        processor);
  }

  private static String source(Model model) {
    return "vectors-" + model.service();
  }
}
