package io.leat.cli.model;

import io.leat.cli.command.PlatformOptions;
import io.leat.models.registry.ModelHistory;
import io.leat.records.AuditEvent;
import io.leat.runtime.settings.TimeConverter;
import io.leat.schemas.AvroCodec;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "What scored then: 2026-11-01 or 2026-11-01T12:00:00Z.")
  private @Nullable Instant at;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ModelHistory history =
        ModelHistory.read(platform.kafka(), new AvroCodec(platform.registry()), model);
    PrintWriter out = spec.commandLine().getOut();
    List<AuditEvent> shown =
        at == null ? history.events() : history.at(at).map(List::of).orElse(List.of());
    shown.forEach(event -> out.println(line(event)));
    if (shown.isEmpty()) {
      out.println(
          at == null
              ? "Nothing was published of model %s.".formatted(model)
              : "Nothing scored for model %s at %s.".formatted(model, at));
    }
    return 0;
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
