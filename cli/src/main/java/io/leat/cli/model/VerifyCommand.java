package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelReference;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds a version's files against what was published. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Reads a version's files, holds them against the SHA-256 under which they were published,"
            + " and opens the graph as the scoring service does.")
final class VerifyCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "A number, a label, an alias or the beginning of a digest.")
  private ModelReference reference = new ModelReference("", "");

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    int files = platform.models(registry -> registry.verify(reference));
    out.printf("%s is as it was published: %d files, and the graph opens.%n", reference, files);
    return 0;
  }
}
