package io.leat.cli.model;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelHistory;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Services;
import io.leat.records.AuditEvent;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.schemas.AvroCodec;
import io.leat.scoring.RecordedSwitches;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what became of a model. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description =
        "Says what became of a model: who published, approved, promoted, rolled back, when and why;"
            + " or what scored at a time, and who put it there.")
final class HistoryCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Name of the model.")
  private String model = "";

  @Option(
      names = "--at",
      paramLabel = "TIME|P:O",
      converter = Moment.Converter.class,
      description =
          "What scored then: 2026-11-01 or 2026-11-01T12:00:00Z; or what scores the vector at"
              + " partition P, offset O.")
  private @Nullable Moment at;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PlatformOptions platform = options.platform();
    AvroCodec codec = new AvroCodec(platform.registry());
    ModelHistory history = ModelHistory.read(platform.kafka(), codec, model);
    PrintWriter out = spec.commandLine().getOut();
    if (at instanceof Moment.Position position) {
      Optional<ModelSwitch> found =
          RecordedSwitches.read(
                  platform.kafka(),
                  codec,
                  options.pipeline().name() + "-" + Services.SCORING,
                  model)
              .at(position.partition(), position.offset());
      found.ifPresentOrElse(
          one -> out.println(line(one, history)),
          () ->
              out.println(
                  "No position is recorded at or before %s of model %s."
                      .formatted(position, model)));
      return 0;
    }
    List<AuditEvent> shown =
        at instanceof Moment.Time time
            ? history.at(time.time()).map(List::of).orElse(List.of())
            : history.events();
    shown.forEach(event -> out.println(line(event)));
    if (shown.isEmpty()) {
      out.println(
          at == null
              ? "Nothing was published of model %s.".formatted(model)
              : "Nothing scored for model %s at %s.".formatted(model, at));
    }
    return 0;
  }

  private static String line(ModelSwitch position, ModelHistory history) {
    Rollout rollout = position.getRollout();
    return "from offset %d on rollout %d, %s: %s%s"
        .formatted(
            position.getOffset(),
            rollout.getRevision(),
            rollout.getKind(),
            rollout.getArms().stream()
                .map(arm -> "%s: version %d".formatted(Versions.arm(arm), arm.getNumber()))
                .collect(Collectors.joining(", ")),
            history.rollout(rollout.getRevision()).map(event -> "; " + line(event)).orElse(""));
  }

  private static String line(AuditEvent event) {
    StringBuilder line =
        new StringBuilder(
            "%s %s by %s".formatted(event.getTime(), event.getAction(), event.getActor()));
    ModelHistory.champion(event).ifPresent(number -> line.append("; champion ").append(number));
    Optional.ofNullable(event.getReason()).ifPresent(why -> line.append("; ").append(why));
    event.getEvidence().forEach(one -> line.append("; ").append(one));
    return line.toString();
  }
}
