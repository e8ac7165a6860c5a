package io.leat.features.offline.replay;

import io.leat.features.offline.OfflineException;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A pipeline in a form that operators can take along: each process reads the folder once, and all
 * of its operators see the same.
 *
 * @param folder the pipeline's folder
 */
public record PipelineReference(String folder) implements Serializable {
  private static final Map<String, Pipeline> PIPELINES = new ConcurrentHashMap<>();

  /** A pipeline that has been read. */
  public static PipelineReference of(Path folder, Pipeline pipeline) {
    PipelineReference reference =
        new PipelineReference(folder.toAbsolutePath().normalize().toString());
    PIPELINES.put(reference.folder, pipeline);
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
}
