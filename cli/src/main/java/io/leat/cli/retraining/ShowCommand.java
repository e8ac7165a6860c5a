package io.leat.cli.retraining;

import io.leat.records.GateResult;
import io.leat.records.RetrainingRun;
import io.leat.records.RunMetric;
import java.io.PrintWriter;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a run. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a retraining run: its steps, what it learnt from, its figures and gates.")
final class ShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "Id of the run, or the beginning of it.")
  private String id = "";

  @Option(names = "--json", description = "Its last record as a JSON object.")
  private boolean json;

  @Mixin private RunOptions options = new RunOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<RetrainingRun> records = options.run(id);
    RetrainingRun run = records.get(records.size() - 1);
    if (json) {
      out.println(run);
    } else {
      show(records, run, out);
    }
    out.flush();
    return 0;
  }

  private static void show(List<RetrainingRun> records, RetrainingRun run, PrintWriter out) {
    out.printf(
        "%s of model %s, for request %s%n", run.getRunId(), run.getModel(), run.getRequestId());
    line("cause", run.getCause(), out);
    line("as of", String.valueOf(run.getEventTime()), out);
    line("trainer", run.getTrainer() + " " + run.getExternalId(), out);
    line("run key", run.getRunKey(), out);
    line("training set", run.getTrainingSet(), out);
    new TreeMap<>(run.getSnapshots())
        .forEach((table, snapshot) -> line("snapshot", table + " " + snapshot, out));
    new TreeMap<>(run.getParameters())
        .forEach((name, value) -> line("parameter", name + "=" + value, out));
    line("folder", run.getArtifacts(), out);
    line("version", run.getVersionNumber() > 0 ? String.valueOf(run.getVersionNumber()) : "", out);
    for (RunMetric metric : run.getMetrics()) {
      line("metric", name(metric) + " " + metric.getValue() + interval(metric), out);
    }
    for (GateResult gate : run.getGates()) {
      line(
          "gate", "%s %s: %s".formatted(gate.getGate(), gate.getVerdict(), gate.getMessage()), out);
    }
    for (RetrainingRun record : records) {
      out.printf("  %s  %-9s %s%n", record.getTime(), record.getState(), record.getMessage());
    }
  }

  private static void line(String name, String value, PrintWriter out) {
    if (!value.isBlank()) {
      out.printf("  %-12s %s%n", name, value.strip());
    }
  }

  /** A metric's name within a run. */
  static String name(RunMetric metric) {
    return "%s %s %s%s"
        .formatted(
            metric.getCandidate(),
            metric.getSplit(),
            metric.getMetric(),
            metric.getSegment().isEmpty() ? "" : " of " + metric.getSegment());
  }

  private static String interval(RunMetric metric) {
    return metric.getLow() == null
        ? ""
        : " (%s to %s)".formatted(metric.getLow(), metric.getHigh());
  }
}
