package io.leat.cli.dlq;

import io.leat.cli.PipelineOptions;
import io.leat.ingestion.letters.LetterLog;
import io.leat.ingestion.letters.LetterStatistics;
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
    LetterStatistics statistics = new LetterStatistics();
    try (LetterLog letters = new LetterLog(options.platform().kafka(), event)) {
      letters.read(
          filter.filter(),
          letter -> {
            statistics.add(letter);
            return true;
          });
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%,d letter%s.%n", statistics.letters(), statistics.letters() == 1 ? "" : "s");
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
