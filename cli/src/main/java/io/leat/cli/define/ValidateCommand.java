package io.leat.cli.define;

import io.leat.models.registry.ModelPackage;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.pipeline.registry.RegistryRules;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a pipeline without any cluster, or with a registry alone. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description =
        "Checks a pipeline's folder and its models' files, and names all that is wrong with them,"
            + " by file and line. Given a registry, it also names the rules and tags held there"
            + " that Leat cannot run.")
public final class ValidateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      description =
          "Schema registry to ask for what it holds beside the contracts' schemas. Default: none is"
              + " asked; 'leat plan' asks that of the cluster.")
  private @Nullable String registryUrl;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = PipelineReader.read(folder, ModelPackage::of);
    if (registryUrl != null) {
      check(pipeline, new RegistryClient(registryUrl));
    }
    spec.commandLine()
        .getOut()
        .printf(
            "%s is valid: %s, %s, %s, %s, %s, %s, %s.%n",
            pipeline.name(),
            counted(pipeline.contracts(), "contract", "contracts"),
            counted(pipeline.views(), "view", "views"),
            counted(pipeline.services(), "service", "services"),
            counted(pipeline.models(), "model", "models"),
            counted(pipeline.monitors(), "monitor", "monitors"),
            counted(pipeline.retraining(), "retraining policy", "retraining policies"),
            counted(pipeline.receivers(), "receiver", "receivers"));
    return 0;
  }

  private static String counted(List<?> things, String one, String several) {
    return things.size() + " " + (things.size() == 1 ? one : several);
  }

  private static void check(Pipeline pipeline, RegistryClient registry) throws PipelineException {
    List<PipelineException.Problem> problems = new ArrayList<>();
    for (Contract contract : pipeline.contracts()) {
      try {
        RegistryRules.ask(contract, registry);
      } catch (PipelineException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new PipelineException(problems);
    }
  }
}
