package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelReference;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sets tags of a version. */
@Command(
    name = "tag",
    mixinStandardHelpOptions = true,
    description = "Sets tags of a version; NAME= takes one away.")
final class TagCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "The version.")
  private ModelReference reference = new ModelReference("", "");

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME=VALUE", description = "Tags.")
  private Map<String, String> tags = new LinkedHashMap<>();

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    platform.models(registry -> registry.tag(reference, tags, options.reason()));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s is tagged %s.%n", reference, tags);
    return 0;
  }
}
