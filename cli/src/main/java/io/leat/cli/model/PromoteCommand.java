package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.RegistryView;
import io.leat.records.RegisteredModel;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a version score. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    description =
        "Lets a version score: by the stages that its pipeline declares (rollout), or where it"
            + " declares none all vectors at once (--now: whatever it declares), a share of the"
            + " entities (--canary), or beside the champion without deciding (--shadow). Running"
            + " services load it, and each partition goes over at a position that it writes down.")
final class PromoteCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL@VERSION",
      converter = VersionConverter.class,
      description = "A number, a label, an alias or the beginning of a digest.")
  private ModelReference reference = new ModelReference("", "");

  @Option(
      names = "--canary",
      paramLabel = "PERCENT",
      description = "Let it decide for this share of the entities; the champion for the others.")
  private @Nullable String canary;

  @Option(names = "--shadow", description = "Let it score beside the champion, deciding nothing.")
  private boolean shadow;

  @Option(names = "--now", description = "Let it score all vectors at once, without stages.")
  private boolean now;

  @Option(
      names = "--expect",
      paramLabel = "N",
      description =
          "Only where version N is the champion now, 0 for none: of two who promote at once one is"
              + " refused.")
  private @Nullable Integer expected;

  @Mixin private ChangeOptions options = new ChangeOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (Stream.of(shadow, canary != null, now).filter(given -> given).count() > 1) {
      throw new UserError("--shadow, --canary and --now are several rollouts; give one of them.");
    }
    if (expected != null && (shadow || canary != null)) {
      throw new UserError("--expect is about the champion, which --shadow and --canary leave.");
    }
    RegistryView view =
        platform.models(
            registry -> {
              change(registry);
              return registry.view();
            });
    RegisteredModel model = view.model(reference.model()).orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "Model %s, rollout %d: %s.%n",
        model.getModel(),
        Optional.ofNullable(model.getRollout()).map(rollout -> rollout.getRevision()).orElse(0L),
        Versions.scoring(model, view));
    return 0;
  }

  private RegisteredModel change(ModelRegistry registry) {
    if (shadow) {
      return registry.rollouts().shadow(reference, options.reason());
    }
    if (canary != null) {
      return registry
          .rollouts()
          .canary(reference, Shares.parse("--canary", canary), options.reason());
    }
    Optional<Integer> before = Optional.ofNullable(expected);
    return now
        ? registry.rollouts().promote(reference, before, options.reason())
        : registry.rollouts().begin(reference, before, options.reason());
  }
}
