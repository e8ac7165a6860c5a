package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelReference;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Moves an alias. */
@Command(
    name = "alias",
    mixinStandardHelpOptions = true,
    description = "Makes an alias mean a version, or takes it away.")
final class AliasCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "The version; with --remove any of the model's.")
  private ModelReference reference = new ModelReference("", "");

  @Parameters(index = "1", paramLabel = "ALIAS", description = "The alias.")
  private String alias = "";

  @Option(
      names = "--expect",
      paramLabel = "N",
      description =
          "Only where the alias means version N now, 0 for none: of two who move it at once one is"
              + " refused.")
  private @Nullable Integer expected;

  @Option(names = "--remove", description = "Take the alias away.")
  private boolean remove;

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (remove) {
      platform.models(registry -> registry.removeAlias(reference.model(), alias, options.reason()));
      out.printf("Model %s has no alias %s.%n", reference.model(), alias);
    } else {
      int number =
          platform.models(
              registry ->
                  registry
                      .alias(reference, alias, Optional.ofNullable(expected), options.reason())
                      .getAliases()
                      .getOrDefault(alias, 0));
      out.printf("%s@%s means version %d.%n", reference.model(), alias, number);
    }
    return 0;
  }
}
