package io.leat.cli.define;

import io.leat.cli.PlatformOptions;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.pipeline.apply.Applier;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What the commands that hold a pipeline against a cluster are told. */
final class ClusterDefinition {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Mixin private PlatformOptions platform = new PlatformOptions();

  /**
   * @throws PipelineException if the pipeline is wrong
   */
  Pipeline pipeline() throws PipelineException {
    return PipelineReader.read(folder);
  }

  Applier applier() {
    return new Applier(platform.kafka(), platform.registry());
  }
}
