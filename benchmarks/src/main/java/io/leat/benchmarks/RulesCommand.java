package io.leat.benchmarks;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    mixinStandardHelpOptions = true,
    description = "Cost of an event by kind of rule, of decoding, of encoding, of masking (JMH).")
final class RulesCommand implements Callable<Integer> {
  @Option(names = "--forks", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--only",
      defaultValue = "RuleBenchmark|CodecBenchmark|ReaderBenchmark",
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
    Map<String, Map<String, Double>> byCase = new LinkedHashMap<>();
    for (RunResult result : found) {
      String rule = result.getParams().getParam("rule");
      String schema = result.getParams().getParam("schema");
      String of = rule != null ? rule : schema != null ? schema : label(result);
      byCase
          .computeIfAbsent(of, key -> new TreeMap<>())
          .put(rule == null && schema == null ? "leat" : label(result), cpuNanos(result));
    }
    table(out, byCase, "rule", List.of("leat", "library", "plain", "confluent"));
    table(out, byCase, "reading", List.of("leat", "fast", "slow"));
    table(out, byCase, "step", List.of("leat"));
    out.append();
    return 0;
  }

  /**
   * CPU nanoseconds an event, and in brackets how many times Leat's they are.
   *
   * @param columns all that there are of each row of this table
   */
  private static void table(
      Results out, Map<String, Map<String, Double>> byCase, String title, List<String> columns) {
    List<Map.Entry<String, Map<String, Double>>> rows =
        byCase.entrySet().stream()
            .filter(entry -> entry.getValue().keySet().equals(Set.copyOf(columns)))
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    out.line("| %s, CPU ns an event | %s |", title, String.join(" | ", columns));
    out.line("|---%s|", "|---".repeat(columns.size()));
    for (Map.Entry<String, Map<String, Double>> row : rows) {
      double leat = Objects.requireNonNull(row.getValue().get("leat"));
      out.line(
          "| %s | %s |",
          row.getKey(),
          columns.stream()
              .map(column -> Objects.requireNonNull(row.getValue().get(column)))
              .map(nanos -> "%.0f (%.2f)".formatted(nanos, nanos / leat))
              .collect(Collectors.joining(" | ")));
    }
    out.line("");
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
