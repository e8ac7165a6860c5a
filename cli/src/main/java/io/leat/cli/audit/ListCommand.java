package io.leat.cli.audit;

import io.leat.cli.command.PlatformOptions;
import io.leat.records.AuditEvent;
import io.leat.runtime.settings.TimeConverter;
import io.leat.schemas.audit.AuditChain;
import io.leat.schemas.audit.AuditLog;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the events of the audit. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Lists the events of the audit, one a line, the newest last: time (UTC), place in the chain"
            + " of changes (- of what is not in it), who, what, of what, why.")
final class ListCommand implements Callable<Integer> {
  @Option(
      names = "--subject",
      paramLabel = "TEXT",
      description = "Only of subjects that hold this text, such as card-payments.")
  private String subject = "";

  @Option(
      names = "--action",
      paramLabel = "NAME",
      description = "Only of this action, such as apply or promote-view.")
  private @Nullable String action;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Only those of this time or later, such as 2026-05-01 (its midnight, UTC) or"
              + " 2026-05-01T12:00:00Z.")
  private Instant from = Instant.MIN;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Only those before this time.")
  private Instant to = Instant.MAX;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "100",
      description = "The newest so many; 0 for all. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--json",
      description =
          "Whole, as canonical JSON (RFC 8785), time in milliseconds: what hashes are made of.")
  private boolean json;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit is at least 0");
    }
    Deque<AuditEvent> newest = new ArrayDeque<>();
    try (AuditLog log = new AuditLog(platform.kafka(), platform.registry())) {
      log.read(
          (offset, event) -> {
            event.filter(this::isWanted).ifPresent(newest::add);
            if (limit > 0 && newest.size() > limit) {
              newest.remove();
            }
            return true;
          });
    }
    PrintWriter out = spec.commandLine().getOut();
    newest.forEach(event -> out.println(json ? AuditChain.json(event) : line(event)));
    out.flush();
    return 0;
  }

  private boolean isWanted(AuditEvent event) {
    return event.getSubject().contains(subject)
        && (action == null || event.getAction().equals(action))
        && !event.getTime().isBefore(from)
        && event.getTime().isBefore(to);
  }

  private static String line(AuditEvent event) {
    String line =
        "%s  %s  %s  %s  %s%s"
            .formatted(
                event.getTime(),
                event.getSequence() == null ? "-" : "#" + event.getSequence(),
                event.getActor(),
                event.getAction(),
                event.getSubject(),
                event.getReason() == null ? "" : "  " + event.getReason());
    return VerifyCommand.plain(line);
  }
}
