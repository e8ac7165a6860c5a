package io.leat.features.offline.replay;

import io.leat.features.engine.VectorAssembler;
import io.leat.features.offline.OfflineException;
import io.leat.pipeline.Contract;
import io.leat.pipeline.Entity;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A service and its pipeline in a form that operators can take along: each process reads the folder
 * once, and all of its operators see the same.
 *
 * @param folder the pipeline's folder
 * @param service the service's name
 */
public record ServiceReference(String folder, String service) implements Serializable {
  private static final Map<String, Pipeline> PIPELINES = new ConcurrentHashMap<>();

  /**
   * A service of a pipeline that has been read.
   *
   * @throws OfflineException if the pipeline has no such service
   */
  public static ServiceReference of(Path folder, Pipeline pipeline, String service) {
    ServiceReference reference =
        new ServiceReference(folder.toAbsolutePath().normalize().toString(), service);
    PIPELINES.put(reference.folder, pipeline);
    if (pipeline.service(service).isEmpty()) {
      throw new OfflineException(
          "Pipeline %s has no feature service %s; it has %s."
              .formatted(
                  pipeline.name(),
                  service,
                  pipeline.services().stream().map(FeatureService::name).toList()));
    }
    return reference;
  }

  public Pipeline pipeline() {
    return PIPELINES.computeIfAbsent(
        folder,
        path -> {
          try {
            return PipelineReader.readBeforeTraining(Path.of(path));
          } catch (PipelineException e) {
            throw new OfflineException(String.valueOf(e.getMessage()), e);
          }
        });
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
    return new VectorAssembler(definition(), pipeline()).views();
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
