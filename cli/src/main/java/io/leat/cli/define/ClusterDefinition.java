package io.leat.cli.define;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.PipelineModels;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What the commands that hold a pipeline against a cluster are reported. */
final class ClusterDefinition {
  @Parameters(
      arity = "0..1",
      paramLabel = "PIPELINE",
      description = "Folder of the pipeline. Default: the one that 'leat up' runs.")
  private @Nullable Path folder;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  /**
   * @throws PipelineException if the pipeline is wrong
   */
  Pipeline pipeline() throws PipelineException {
    return PipelineReader.read(
        folder != null
            ? folder
            : platform
                .stack()
                .pipeline()
                .orElseThrow(
                    () ->
                        new UserError(
                            "Which pipeline? No stack was started in %s that would tell; name its folder, as in: ./leat plan DIR."
                                .formatted(platform.stack().path()))),
        ModelPackage::of);
  }

  /** Publishes the models that the registry lacks; says what a person should know of it. */
  List<String> publish(Pipeline pipeline, String actor) {
    return platform.models(registry -> PipelineModels.publish(pipeline, registry, actor));
  }

  /** What applying would publish, a line each. */
  List<String> models(Pipeline pipeline) {
    return PipelineModels.plan(
        pipeline, RegistryView.read(platform.kafka(), new AvroCodec(platform.registry())));
  }

  Applier applier() {
    return new Applier(platform.kafka(), platform.registry());
  }
}
