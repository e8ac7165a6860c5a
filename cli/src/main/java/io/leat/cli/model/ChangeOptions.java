package io.leat.cli.model;

import io.leat.models.registry.Reason;
import io.leat.runtime.access.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that changes the registry takes. */
final class ChangeOptions {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it stands in the audit.")
  private @Nullable String reason;

  @Option(
      names = "--evidence",
      paramLabel = "TEXT",
      description = "What the reason rests on: a figure, a link. May be given again.")
  private List<String> evidence = new ArrayList<>();

  Reason reason() {
    return new Reason(Principal.ofThisProcess().name(), Optional.ofNullable(reason), evidence);
  }
}
