package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.RegistryView;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.RolloutArm;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists models, or the versions of one. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Lists models, each with what scores; of one model its versions: number, label, status,"
            + " what it does, aliases, digest.")
final class ListCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Name of a model.")
  private @Nullable String model;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    RegistryView view = platform.models(ModelRegistry::view);
    PrintWriter out = spec.commandLine().getOut();
    if (model == null) {
      new TreeMap<>(view.models()).values().forEach(one -> out.println(line(one, view)));
      if (view.models().isEmpty()) {
        out.println("No model was published. 'leat apply' publishes those of a pipeline.");
      }
    } else {
      Versions.require(view, model).forEach(version -> out.println(line(version, view)));
    }
    return 0;
  }

  private static String line(RegisteredModel one, RegistryView view) {
    int versions = view.versions(one.getModel()).size();
    return "%s: %d version%s; %s"
        .formatted(one.getModel(), versions, versions == 1 ? "" : "s", Versions.scoring(one, view));
  }

  private static String line(ModelVersion version, RegistryView view) {
    RegisteredModel one = view.model(version.getModel()).orElseThrow();
    List<String> facts = new ArrayList<>();
    facts.add(
        view.standing(version.getModel(), version.getNumber())
            .map(standing -> standing.getStatus().name())
            .orElse("?"));
    if (one.getRollout() != null) {
      for (RolloutArm arm : one.getRollout().getArms()) {
        if (arm.getNumber() == version.getNumber()) {
          facts.add(Versions.arm(arm));
        }
      }
    }
    for (Map.Entry<String, Integer> alias : new TreeMap<>(one.getAliases()).entrySet()) {
      if (alias.getValue() == version.getNumber()) {
        facts.add("alias " + alias.getKey());
      }
    }
    return "%s@%d (%s): %s; %s@%d; digest %s; published %s by %s"
        .formatted(
            version.getModel(),
            version.getNumber(),
            version.getLabel(),
            String.join(", ", facts),
            version.getService(),
            version.getServiceVersion(),
            version.getDigest().substring(0, Versions.SHORT_DIGEST),
            version.getPublishedAt(),
            version.getPublishedBy());
  }
}
