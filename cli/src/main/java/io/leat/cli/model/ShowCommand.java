package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PackagedFile;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.Serving;
import io.leat.records.ModelVersion;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows all that is known of a version. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a version: its files, how it reads vectors, what it decides, its origin.")
final class ShowCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "A number, a label, an alias or the beginning of a digest.")
  private ModelReference reference = new ModelReference("", "");

  @Option(names = "--json", description = "Print the manifest alone, as it is hashed.")
  private boolean json;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    RegistryView view = platform.models(ModelRegistry::view);
    ModelVersion version = reference.resolve(view);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(version.getManifest());
    } else {
      show(version, view, out);
    }
    return 0;
  }

  private static void show(ModelVersion version, RegistryView view, PrintWriter out) {
    Manifest manifest = Manifest.parse(version.getManifest());
    Serving serving = manifest.serving();
    out.printf("model          %s@%d%n", version.getModel(), version.getNumber());
    out.printf("label          %s%n", version.getLabel());
    view.standing(version.getModel(), version.getNumber())
        .ifPresent(
            standing -> {
              out.printf(
                  "status         %s, by %s%n", standing.getStatus(), standing.getChangedBy());
              standing
                  .getTags()
                  .forEach((tag, value) -> out.printf("tag            %s=%s%n", tag, value));
            });
    out.printf("digest         %s%n", version.getDigest());
    out.printf("published      %s by %s%n", version.getPublishedAt(), version.getPublishedBy());
    for (PackagedFile file : manifest.files()) {
      out.printf(
          Locale.ROOT,
          "file           %s, %,d bytes, SHA-256 %s%n",
          file.path(),
          file.size(),
          file.sha256());
    }
    out.printf("reads          %s, definition %s%n", serving.service(), serving.definition());
    serving
        .features()
        .forEach(
            (name, type) ->
                out.printf(
                    "  feature      %s %s%n",
                    name, type.map(known -> known.name().toLowerCase(Locale.ROOT)).orElse("")));
    serving
        .inputs()
        .forEach((input, names) -> out.printf("  input        %s takes %s%n", input, names));
    serving
        .nulls()
        .defaultValue()
        .ifPresent(value -> out.printf("  null         becomes %s%n", value));
    serving
        .nulls()
        .byFeature()
        .forEach((name, value) -> out.printf("  null         of %s becomes %s%n", name, value));
    serving
        .nulls()
        .texts()
        .forEach((name, value) -> out.printf("  null         of %s becomes %s%n", name, value));
    out.printf("score          %s%n", serving.score());
    serving
        .outputs()
        .forEach((name, place) -> out.printf("output         %s is %s%n", name, place));
    serving
        .decisions()
        .forEach(
            decision ->
                out.printf(
                    "decision       %s if %s%n", decision.name(), decision.condition().text()));
    out.printf("owner          %s%n", manifest.owner());
    out.printf("intended use   %s%n", manifest.intendedUse());
    manifest.lineage().forEach((name, value) -> out.printf("origin         %s=%s%n", name, value));
  }
}
