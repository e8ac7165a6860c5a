package io.leat.cli.dlq;

import io.leat.cli.command.PipelineOptions;
import io.leat.deadletters.DeadLetterLog;
import io.leat.deadletters.DeadLetterText;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Names dead letters, one a line. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Names dead letters, one a line: position, time (UTC), reason, rules, where the event was"
            + " read, and the first words of why.")
final class ListCommand implements Callable<Integer> {
  @Parameters(paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Mixin private FilterOptions filter = new FilterOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many. Default: ${DEFAULT-VALUE}; 0 for all.",
      defaultValue = "1000")
  private long limit;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    long[] listed = {0};
    boolean[] more = {false};
    try (DeadLetterLog deadLetters = new DeadLetterLog(options.platform().kafka(), event)) {
      deadLetters.read(
          filter.filter(),
          deadLetter -> {
            if (limit > 0 && listed[0] == limit) {
              more[0] = true;
              return false;
            }
            out.println(DeadLetterText.line(deadLetter));
            listed[0]++;
            return true;
          });
    }
    out.printf(
        "%,d dead letter%s%s.%n",
        listed[0], listed[0] == 1 ? "" : "s", more[0] ? "; there are more, see --limit" : "");
    out.flush();
    return 0;
  }
}
