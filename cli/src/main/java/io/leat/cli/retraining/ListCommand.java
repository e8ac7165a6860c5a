package io.leat.cli.retraining;

import io.leat.records.RetrainingRun;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists runs. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the retraining runs, the oldest first, each as it stands.")
final class ListCommand implements Callable<Integer> {
  @Option(names = "--model", paramLabel = "NAME", description = "Those of this model alone.")
  private @Nullable String model;

  @Option(names = "--json", description = "The last record of each as a JSON object.")
  private boolean json;

  @Mixin private RunOptions options = new RunOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<RetrainingRun> runs =
        options.runs().values().stream()
            .map(records -> records.get(records.size() - 1))
            .filter(run -> model == null || run.getModel().equals(model))
            .toList();
    runs.forEach(run -> out.println(json ? run : line(run)));
    if (!json) {
      out.printf("%,d run%s.%n", runs.size(), runs.size() == 1 ? "" : "s");
    }
    out.flush();
    return 0;
  }

  private static String line(RetrainingRun run) {
    return "%s  %-9s %s  %s%s: %s"
        .formatted(
            run.getRunId(),
            run.getState(),
            run.getTime(),
            run.getModel(),
            run.getVersionNumber() > 0 ? "@" + run.getVersionNumber() : "",
            run.getMessage());
  }
}
