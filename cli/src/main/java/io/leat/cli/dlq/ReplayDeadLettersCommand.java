package io.leat.cli.dlq;

import io.leat.cli.command.UserError;
import io.leat.deadletters.DeadLetterContract;
import io.leat.deadletters.DeadLetterFilter;
import io.leat.deadletters.DeadLetterRecord;
import io.leat.deadletters.DeadLetterReplay;
import io.leat.deadletters.Repair;
import io.leat.deadletters.ReplayPlan;
import io.leat.deadletters.ReplayReport;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.access.Principal;
import io.leat.schemas.RegistryClient;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Produces the events of dead letters again. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Produces the events of dead letters to their topic again, as they came or with fields set,"
          + " where the contract accepts them now. Dead letters that would be refused again stay, and it"
          + " says why; the exit code is then 3.",
      "A dead letter is replayed once, however often the command runs, is stopped in the middle or runs"
          + " twice at once: each batch is a transaction with its record in the topic audit."
    })
final class ReplayDeadLettersCommand implements Callable<Integer> {
  private static final int DEAD_LETTERS_LEFT = 3;
  private static final int NAMED_DEAD_LETTERS = 20;

  @Parameters(paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Mixin private FilterOptions filter = new FilterOptions();

  @Option(names = "--all", description = "Every dead letter; needed where no filter is given.")
  private boolean all;

  @Option(
      names = "--set",
      paramLabel = "FIELD=CEL",
      description =
          "Put the value of an expression over event into a field first, as in"
              + " amount=event.amount*-1.0. May be given again; each sees what those before it set.")
  private Map<String, String> sets = new LinkedHashMap<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Replay at most so many dead letters. Default: all.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--dry-run", description = "Say what would be replayed and write nothing.")
  private boolean dryRun;

  @Mixin private ContractOptions contract = new ContractOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    DeadLetterFilter wanted = filter.filter();
    if (wanted.equals(DeadLetterFilter.ALL) != all) {
      throw new ParameterException(
          spec.commandLine(),
          all
              ? "--all says every dead letter, and a filter says which; give one of the two"
              : "say which dead letters: a filter such as --reason or --rule, or --all");
    }
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit is at least 1");
    }
    Pipeline pipeline =
        contract
            .pipeline()
            .orElseThrow(() -> new UserError(contract.platform().stack().noPipeline()));
    RegistryClient registry = contract.platform().registry();
    DeadLetterContract today = contract.contract(pipeline, event);
    DeadLetterReplay replay =
        new DeadLetterReplay(
            contract.platform().kafka(),
            registry,
            pipeline.name(),
            today,
            new Repair(today, sets, registry),
            InstantSource.system());
    ReplayPlan plan =
        new ReplayPlan(
            wanted, limit, ReplayPlan.USUAL_BATCH, Principal.ofThisProcess().name(), dryRun);
    try (ProgressBar bar = bar()) {
      Printer printer = new Printer(bar);
      ReplayReport report = replay.run(plan, printer);
      bar.stepTo(bar.getMax());
      bar.close();
      printer.summary(report);
      return report.left() == 0 ? 0 : DEAD_LETTERS_LEFT;
    }
  }

  private ProgressBar bar() {
    return new ProgressBarBuilder()
        .setTaskName(event + " dead letters")
        .setInitialMax(1_000)
        .setUnit(
            "%", 10) // it is known how far the topic is read, not how many dead letters are wanted
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(System.console() == null ? 5_000 : 250)
        .build();
  }

  private final class Printer implements DeadLetterReplay.Listener {
    private final ProgressBar bar;
    private long named;

    Printer(ProgressBar bar) {
      this.bar = bar;
    }

    @Override
    public void left(DeadLetterRecord deadLetter, String why) {
      named++;
      if (named <= NAMED_DEAD_LETTERS) {
        spec.commandLine().getErr().printf("%s stays: %s%n", deadLetter.position(), why);
      }
    }

    @Override
    public void progress(long thousandths) {
      bar.stepTo(thousandths);
    }

    void summary(ReplayReport report) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%s %,d dead letter%s of %s; %,d had been replayed before.%n",
          dryRun ? "Would replay" : "Replayed",
          report.replayed(),
          report.replayed() == 1 ? "" : "s",
          event,
          report.before());
      long stay = report.left() + report.skipped();
      if (stay > 0) {
        out.printf(
            "%,d dead letter%s%s%s.%n",
            stay,
            stay == 1 ? " stays" : "s stay",
            report.reasons().isEmpty() ? "" : ", for: " + report.reasons(),
            stay > NAMED_DEAD_LETTERS
                ? "; the first " + NAMED_DEAD_LETTERS + " are named above"
                : "");
      }
      out.flush();
    }
  }
}
