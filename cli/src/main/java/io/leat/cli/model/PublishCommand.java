package io.leat.cli.model;

import io.leat.cli.command.PipelineOptions;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes a version of a model. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description =
        "Publishes a version of a model that the pipeline declares. The file is opened and tried"
            + " first; nothing scores by it until it is promoted. Does nothing where the registry"
            + " has it.")
final class PublishCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Name of the model.")
  private String name = "";

  @Option(
      names = "--file",
      paramLabel = "FILE|DIR",
      description =
          "The ONNX file, or a folder that mlflow.onnx.save_model saved. Default: the artifact that"
              + " the pipeline names.")
  private @Nullable Path file;

  @Option(
      names = "--label",
      paramLabel = "TEXT",
      description = "What people call the version. Default: the version that the pipeline names.")
  private @Nullable String label;

  @Mixin private PipelineOptions pipelineOptions = new PipelineOptions();

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = pipelineOptions.pipeline();
    Model declared = PipelineModels.declared(pipeline, name);
    ModelPackage version =
        file == null
            ? ModelPackage.of(declared, pipeline)
            : ModelPackage.ofFile(declared, pipeline, file.toAbsolutePath());
    String called = Optional.ofNullable(label).orElse(declared.version());
    Published published =
        pipelineOptions
            .platform()
            .models(
                registry ->
                    PipelineModels.publish(declared, version, called, registry, options.reason()));
    PrintWriter out = spec.commandLine().getOut();
    if (published.isNew()) {
      out.printf(
          "Published %s@%s: version %d, digest %s. To let it score: leat model promote %s@%d%n",
          name,
          called,
          published.version().getNumber(),
          published.version().getDigest(),
          name,
          published.version().getNumber());
    } else {
      out.printf(
          "The registry has it: version %d of model %s (%s), digest %s.%n",
          published.version().getNumber(),
          name,
          published.version().getLabel(),
          published.version().getDigest());
    }
    return 0;
  }
}
