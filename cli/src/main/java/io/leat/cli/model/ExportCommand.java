package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelReference;
import io.leat.records.ModelVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a version for MLflow. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Writes a version as a folder that mlflow.onnx.load_model and mlflow.pyfunc.load_model"
            + " load.")
final class ExportCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "A number, a label, an alias or the beginning of a digest.")
  private ModelReference reference = new ModelReference("", "");

  @Parameters(index = "1", paramLabel = "DIR", description = "The folder: absent or empty.")
  private Path folder = Path.of("");

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ModelVersion version = platform.models(registry -> registry.export(reference, folder));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Written: %s, version %d of model %s.%n", folder, version.getNumber(), version.getModel());
    return 0;
  }
}
