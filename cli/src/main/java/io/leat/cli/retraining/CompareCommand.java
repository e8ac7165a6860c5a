package io.leat.cli.retraining;

import io.leat.records.RetrainingRun;
import io.leat.records.RunMetric;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two runs. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Shows parameters and figures of two retraining runs side by side.")
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RUN", description = "Id of a run, or its beginning.")
  private String first = "";

  @Parameters(index = "1", paramLabel = "RUN", description = "Id of the other.")
  private String second = "";

  @Mixin private RunOptions options = new RunOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> one = values(options.last(first));
    Map<String, String> other = values(options.last(second));
    Set<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    for (String name : names) {
      String left = one.getOrDefault(name, "-");
      String right = other.getOrDefault(name, "-");
      out.printf("%s %-44s %-24s %s%n", left.equals(right) ? " " : "~", name, left, right);
    }
    out.flush();
    return 0;
  }

  private static Map<String, String> values(RetrainingRun run) {
    Map<String, String> values = new TreeMap<>();
    values.put("state", run.getState().name());
    values.put("model", run.getModel());
    values.put("cause", run.getCause());
    values.put("training set", run.getTrainingSet());
    values.put("trainer", run.getTrainer());
    run.getParameters().forEach((name, value) -> values.put("parameter " + name, value));
    for (RunMetric metric : run.getMetrics()) {
      values.put("metric " + ShowCommand.name(metric), String.valueOf(metric.getValue()));
    }
    return values;
  }
}
