package io.leat.features.offline.replay;

import io.leat.features.engine.VectorAssembler;
import io.leat.features.offline.OfflineException;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A service and its pipeline in a form that operators can take along.
 *
 * @param service the service's name
 */
public record ServiceReference(PipelineReference reference, String service)
    implements Serializable {
  /**
   * A service of a pipeline that has been read.
   *
   * @throws OfflineException if the pipeline has no such service
   */
  public static ServiceReference of(Path folder, Pipeline pipeline, String service) {
    return of(PipelineReference.of(folder, pipeline), service);
  }

  /**
   * A service of a pipeline.
   *
   * @throws OfflineException if the pipeline has no such service
   */
  public static ServiceReference of(PipelineReference reference, String service) {
    Pipeline pipeline = reference.pipeline();
    if (pipeline.service(service).isEmpty()) {
      throw new OfflineException(
          "Pipeline %s has no feature service %s; it has %s."
              .formatted(
                  pipeline.name(),
                  service,
                  pipeline.services().stream().map(FeatureService::name).toList()));
    }
    return new ServiceReference(reference, service);
  }

  public Pipeline pipeline() {
    return reference.pipeline();
  }

  public FeatureService definition() {
    return pipeline().service(service).orElseThrow();
  }

  /** The spine's contract. */
  public Contract spine() {
    return contract(definition().spine());
  }

  public Contract contract(String event) {
    return pipeline().contract(event).orElseThrow();
  }

  /** The views that the service takes values of, in the order of the pipeline. */
  public List<FeatureView> views() {
    return pipeline().viewsFor(definition());
  }

  /** What these views are about, each once. */
  public List<Entity> entities() {
    return views().stream().map(FeatureView::entity).distinct().toList();
  }

  /** The events that the vectors are made of: the spine first, then what else the views need. */
  public List<String> sources() {
    Set<String> sources = new LinkedHashSet<>(List.of(definition().spine()));
    views().forEach(view -> sources.add(view.source()));
    return List.copyOf(sources);
  }

  /** Full names of all values of the service's views, in the order in which a row holds them. */
  public List<String> viewFeatures() {
    List<String> names = new ArrayList<>();
    views().forEach(view -> names.addAll(VectorAssembler.fullNames(view)));
    return List.copyOf(names);
  }
}
