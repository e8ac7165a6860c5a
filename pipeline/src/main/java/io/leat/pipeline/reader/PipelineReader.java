package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import java.nio.file.Path;

/** Reads the folder of a pipeline; docs/reference/definition-language.md tells what it holds. */
public final class PipelineReader {
  private PipelineReader() {}

  /**
   * Reads and checks a folder. Every file that it names must be there, models too.
   *
   * @throws PipelineException with all that is wrong with it
   */
  public static Pipeline read(Path folder) throws PipelineException {
    return FolderReader.read(folder, false, (model, pipeline) -> {});
  }

  /** Looks into a model's file. */
  @FunctionalInterface
  public interface ModelCheck {
    /**
     * @throws io.leat.pipeline.model.ModelException with what does not fit
     */
    void check(Model model, Pipeline pipeline);
  }

  /**
   * Reads and checks a folder and the files of its models.
   *
   * @throws PipelineException with all that is wrong with it
   */
  public static Pipeline read(Path folder, ModelCheck check) throws PipelineException {
    return FolderReader.read(folder, false, check);
  }

  /**
   * Reads and checks a folder whose models are yet to be trained: their ONNX files may be absent.
   *
   * @throws PipelineException with all else that is wrong with it
   */
  public static Pipeline readBeforeTraining(Path folder) throws PipelineException {
    return FolderReader.read(folder, true, (model, pipeline) -> {});
  }
}
