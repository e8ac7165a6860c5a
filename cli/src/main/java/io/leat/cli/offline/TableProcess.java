package io.leat.cli.offline;

import io.leat.cli.command.UserError;
import io.leat.runtime.batch.TableWork;
import io.leat.runtime.settings.BatchOptions;
import io.leat.runtime.settings.ProcessLine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The process that does a command's work over the offline tables: Flink and Iceberg, out of the
 * distribution's {@code lib/flink}. It takes the command's own arguments.
 */
final class TableProcess {
  private static final int LIVE_MILLIS = 250;
  private static final int REPORT_MILLIS = 5_000;

  private final String name;
  private final String mainClass;
  private final BatchOptions options;
  private final CommandSpec spec;

  /**
   * @param spec the command, whose arguments have been parsed
   */
  TableProcess(String name, String mainClass, BatchOptions options, CommandSpec spec) {
    this.name = name;
    this.mainClass = mainClass;
    this.options = options;
    this.spec = spec;
  }

  /**
   * Runs it to its end; shows how far it is, and prints what it says.
   *
   * @param more arguments beside the command's own
   * @return the exit code
   * @throws UserError if it failed, with what it says of why
   */
  int run(String... more) {
    options.pipelineFolder(); // refused before a folder is made for the log of no stack
    List<String> arguments = arguments();
    arguments.addAll(List.of(more));
    Path log = options.folder().resolve("logs").resolve(name + ".log");
    PrintWriter out = spec.commandLine().getOut();
    TableWork.Outcome outcome;
    try (ProgressBar bar = bar()) {
      outcome =
          new TableWork(name, mainClass, arguments, options.heap(), log)
              .run(
                  line -> {
                    if (line instanceof ProcessLine.Progress progress) {
                      bar.maxHint(Math.max(progress.total(), progress.done()));
                      bar.stepTo(progress.done());
                    } else {
                      out.println(line);
                    }
                  });
    }
    out.flush();
    if (outcome.isWrongInput()) {
      spec.commandLine().getErr().println(outcome.problem().orElseThrow());
    } else if (outcome.problem().isPresent()) {
      throw new UserError(outcome.problem().get());
    }
    return outcome.code();
  }

  /** What the user gave; the process reads it as this command did. */
  private List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("--dir=" + options.folder()));
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (option.longestName().equals("--dir")) {
        continue; // as it was found
      }
      if (option.typeInfo().isBoolean()) {
        arguments.add(option.longestName());
      } else {
        arguments.add(option.longestName() + "=" + String.join(",", option.originalStringValues()));
      }
    }
    return arguments;
  }

  private ProgressBar bar() {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(0)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(System.console() == null ? REPORT_MILLIS : LIVE_MILLIS)
        .build();
  }
}
