package io.leat.benchmarks;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the steps of ingestion cost an event, one by one, by JMH. */
@Command(
    name = "rules",
    description = "Cost of an event by kind of rule, of decoding, of encoding, of masking (JMH).")
final class RulesCommand implements Callable<Integer> {
  @Option(names = "--forks", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--only",
      defaultValue = "RuleBenchmark|CodecBenchmark",
      description = "A pattern of benchmarks. Default: ${DEFAULT-VALUE}.")
  private String only = "";

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  @Override
  public Integer call() throws Exception {
    Results out = new Results(results, "benchmarks/run rules --forks %d".formatted(forks));
    Options options =
        new OptionsBuilder()
            .include(only)
            .forks(forks)
            .jvmArgs("-Xmx512m")
            .warmupIterations(5)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .build();
    Collection<RunResult> found = new Runner(options).run();
    Map<String, Double> library = new TreeMap<>();
    for (RunResult result : found) {
      if (label(result).equals("library")) {
        library.put(result.getParams().getParam("rule"), cpuNanos(result));
      }
    }
    out.line("| an event's | CPU ns | by the CEL library | of it |");
    out.line("|---|---|---|---|");
    for (RunResult result : found) {
      String rule = result.getParams().getParam("rule");
      Double floor = rule == null ? null : library.get(rule);
      if (rule == null || floor == null) {
        out.line("| %s | %.0f | - | - |", rule == null ? label(result) : rule, cpuNanos(result));
      } else if (!label(result).equals("library")) {
        double cost = cpuNanos(result);
        out.line("| %s | %.0f | %.0f | %.2f |", rule, cost, floor, cost / floor);
      }
    }
    out.append();
    return 0;
  }

  private static String label(RunResult result) {
    return result.getPrimaryResult().getLabel();
  }

  /** Of the benchmark's thread, an event. */
  private static double cpuNanos(RunResult result) {
    return counter(result, "nanos") / counter(result, "events");
  }

  private static double counter(RunResult result, String name) {
    return Objects.requireNonNull(result.getSecondaryResults().get(name), name).getScore();
  }
}
