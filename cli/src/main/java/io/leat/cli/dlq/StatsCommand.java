package io.leat.cli.dlq;

import io.leat.cli.command.PipelineOptions;
import io.leat.deadletters.DeadLetterLog;
import io.leat.deadletters.DeadLetterStatistics;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Counts dead letters. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    description = "Counts dead letters by reason, by rule and by the day (UTC) they were written.")
final class StatsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Mixin private FilterOptions filter = new FilterOptions();

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    DeadLetterStatistics statistics = new DeadLetterStatistics();
    try (DeadLetterLog deadLetters = new DeadLetterLog(options.platform().kafka(), event)) {
      deadLetters.read(
          filter.filter(),
          deadLetter -> {
            statistics.add(deadLetter);
            return true;
          });
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%,d dead letter%s.%n", statistics.deadLetters(), statistics.deadLetters() == 1 ? "" : "s");
    print(out, "reason", statistics.reasons());
    print(out, "rule", statistics.rules());
    print(out, "day", statistics.days());
    out.flush();
    return 0;
  }

  private static void print(PrintWriter out, String what, Map<?, Long> counts) {
    if (!counts.isEmpty()) {
      out.println();
      counts.forEach((key, count) -> out.printf("  %-6s %-28s %,12d%n", what, key, count));
    }
  }
}
