package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.RegistryView;
import io.leat.records.RegisteredModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets several versions decide, each for a share of the entities. */
@Command(
    name = "split",
    mixinStandardHelpOptions = true,
    description =
        "Lets several versions decide, each for a share of the entities; the champion decides for"
            + " the others. Which version an entity has hangs on its key alone, and a score says how"
            + " likely it was (propensity).")
final class SplitCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL@VERSION=SHARE",
      description = "A version and its share of the entities, as in fraud@3=20%%.")
  private List<String> shares = List.of();

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Map<ModelReference, Double> parsed = new LinkedHashMap<>();
    for (String text : shares) {
      int at = text.lastIndexOf('=');
      if (at < 0) {
        throw new UserError(
            "'%s' is no share; expected MODEL@VERSION=SHARE, as in fraud@3=20%%.".formatted(text));
      }
      ModelReference version = new VersionConverter().convert(text.substring(0, at));
      if (parsed.put(version, Shares.parse("the share of " + version, text.substring(at + 1)))
          != null) {
        throw new UserError("%s stands twice; expected each version once.".formatted(version));
      }
    }
    RegistryView view =
        platform.models(
            registry -> {
              registry.rollouts().split(parsed, options.reason());
              return registry.view();
            });
    RegisteredModel model = view.model(parsed.keySet().iterator().next().model()).orElseThrow();
    spec.commandLine()
        .getOut()
        .printf(
            "Model %s, rollout %d: %s.%n",
            model.getModel(),
            Objects.requireNonNull(model.getRollout(), "begun").getRevision(),
            Versions.scoring(model, view));
    return 0;
  }
}
