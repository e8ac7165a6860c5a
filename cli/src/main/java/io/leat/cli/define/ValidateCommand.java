package io.leat.cli.define;

import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a pipeline without any cluster. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description =
        "Checks a pipeline's folder and names all that is wrong with it, by file and line.")
public final class ValidateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = PipelineReader.read(folder);
    spec.commandLine()
        .getOut()
        .printf(
            "%s is valid: %d contracts, %d views, %d services, %d models, %d monitors, %d retraining policies.%n",
            pipeline.name(),
            pipeline.contracts().size(),
            pipeline.views().size(),
            pipeline.services().size(),
            pipeline.models().size(),
            pipeline.monitors().size(),
            pipeline.retraining().size());
    return 0;
  }
}
