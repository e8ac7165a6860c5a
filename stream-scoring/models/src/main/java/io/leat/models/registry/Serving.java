package io.leat.models.registry;

import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Model.Decision;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ServiceId;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.schemas.ValueType;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a version reads vectors and what it says of them: what of a model's definition is part of the
 * version, so that a score can be made again from the version alone.
 *
 * @param service whose vectors it reads
 * @param definition fingerprint of the definitions whose vectors it scores
 * @param features type of each feature by full name, in the service's order; empty where only a
 *     value tells
 * @param inputs as {@link Model#inputs}
 * @param nulls as {@link Model#nulls}
 * @param score as {@link Model#score}
 * @param outputs as {@link Model#outputs}
 * @param decisions as {@link Model#decisions}
 * @param explain as {@link Model#explain}
 */
public record Serving(
    ServiceId service,
    String definition,
    Map<String, Optional<ValueType>> features,
    Map<String, List<String>> inputs,
    Nulls nulls,
    Output score,
    Map<String, Output> outputs,
    List<Decision> decisions,
    Optional<Explain> explain) {
  public Serving {
    features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    decisions = List.copyOf(decisions);
  }

  /** As a pipeline declares it. */
  public static Serving of(Model model, FeatureService service, Pipeline pipeline) {
    return new Serving(
        service.id(),
        service.definition(),
        FeatureTypes.of(service, pipeline),
        model.inputs(),
        model.nulls(),
        model.score(),
        model.outputs(),
        model.decisions(),
        model.explain());
  }

  /**
   * A definition that opens the version's graph.
   *
   * @param label of the version
   * @param artifact where its file lies, for messages
   */
  public Model model(String name, String label, Path artifact) {
    return new Model(
        name,
        label,
        service.name(),
        service.version(),
        artifact,
        artifact,
        "",
        "",
        inputs,
        nulls,
        score,
        outputs,
        decisions,
        Model.Approval.NONE,
        explain,
        List.of(),
        Fallback.CHAMPION);
  }
}
