package io.leat.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast ingestion is, beside the pass-through of the same platform in the same run. */
@Command(
    name = "ingestion",
    mixinStandardHelpOptions = true,
    description = "Ingestion, and the ladder of less that leads to it, exactly-once.")
final class IngestionCommand implements Callable<Integer> {
  /** Of the pass-through that writes the same. */
  private static final double BAR = 0.6;

  @Option(
      names = "--events",
      defaultValue = "2000000",
      description = "That are measured. Default: ${DEFAULT-VALUE}.")
  private long events;

  @Option(
      names = "--warm-up",
      defaultValue = "2000000",
      description = "Events before them, for the JIT compiler. Default: ${DEFAULT-VALUE}.")
  private long warmUp;

  @Option(
      names = "--forks",
      defaultValue = "3",
      description = "How often each rung runs, in ABBA order. Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--rungs",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES}. Default: all.")
  private List<Rung> rungs = List.of(Rung.values());

  @Option(
      names = "--pipeline",
      defaultValue = "benchmarks/pipelines/ingestion",
      description = "Folder. Default: ${DEFAULT-VALUE}.")
  private Path pipeline = Path.of(".");

  @Option(
      names = "--jvm-option",
      defaultValue = "-Xmx512m",
      description = "Of the services that are measured. Default: ${DEFAULT-VALUE}.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(
            results,
            "benchmarks/run ingestion --warm-up %d --events %d --forks %d"
                .formatted(warmUp, events, forks));
    Map<Rung, List<Drain>> drains = new EnumMap<>(Rung.class);
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Workload workload = Workload.fill(cluster, pipeline, warmUp + events, Duration.ofDays(1));
      out.line(
          "Events of %d bytes; services with %s.",
          workload.meanBytes(), String.join(" ", jvmOptions));
      out.line("");
      for (int fork = 0; fork < forks; fork++) {
        List<Rung> order = new ArrayList<>(rungs);
        if (fork % 2 == 1) {
          Collections.reverse(order);
        }
        for (Rung rung : order) {
          Drain drain = Drain.run(cluster, workload, rung, warmUp, jvmOptions);
          System.out.println(drain);
          drains.computeIfAbsent(rung, key -> new ArrayList<>()).add(drain);
        }
      }
    }
    report(out, drains);
    out.append();
    return 0;
  }

  private static void report(Results out, Map<Rung, List<Drain>> drains) {
    out.line(
        "Exactly-once, one stream thread; medians; in brackets the ratio to the pass-through.");
    out.line("");
    out.line(
        "| | events/s | range | from cold | events/CPU-s | range | from cold | bytes written an"
            + " event |");
    out.line("|---|---|---|---|---|---|---|---|");
    drains.forEach(
        (rung, found) ->
            out.line(
                "| %s | %s | %s | %s | %s | %s | %s | %.0f |",
                rung.label(),
                beside(drains, found, Drain::perSecond),
                range(found, Drain::perSecond),
                beside(drains, found, Drain::coldPerSecond),
                beside(drains, found, Drain::perCpuSecond),
                range(found, Drain::perCpuSecond),
                beside(drains, found, Drain::coldPerCpuSecond),
                median(found, Drain::bytesOfEvent)));
    out.line("");
    List<Drain> ingestion = drains.get(Rung.INGESTION);
    List<Drain> same = drains.get(Rung.SAME_OUTPUT);
    if (ingestion != null && same != null) {
      double wall = median(ingestion, Drain::perSecond) / median(same, Drain::perSecond);
      double cpu = median(ingestion, Drain::perCpuSecond) / median(same, Drain::perCpuSecond);
      out.line(
          "Ingestion is %.2f of the pass-through that writes the same by events/s, %.2f by"
              + " events/CPU-s; the bar is %.1f: %s.",
          wall, cpu, BAR, wall >= BAR && cpu >= BAR ? "met" : "missed");
    }
    List<Drain> peer = drains.get(Rung.RULE_LOOP);
    if (ingestion != null && peer != null) {
      out.line(
          "It is %.2f times the loop of rules alone by events/s, %.2f times by events/CPU-s. The"
              + " loop is not Confluent's own rule executor, which Maven Central does not have, but"
              + " the CEL library that it is made of (org.projectnessie.cel), called as it calls"
              + " it, beside Avro's own reader and writer.",
          median(ingestion, Drain::perSecond) / median(peer, Drain::perSecond),
          median(ingestion, Drain::perCpuSecond) / median(peer, Drain::perCpuSecond));
    }
  }

  private static String beside(
      Map<Rung, List<Drain>> drains, List<Drain> found, ToDoubleFunction<Drain> what) {
    double median = median(found, what);
    List<Drain> floor = drains.get(Rung.PASS_THROUGH);
    return floor == null
        ? "%.0f".formatted(median)
        : "%.0f (%.2f)".formatted(median, median / median(floor, what));
  }

  private static String range(List<Drain> found, ToDoubleFunction<Drain> what) {
    DoubleSummaryStatistics range = found.stream().mapToDouble(what).summaryStatistics();
    return "%.0f - %.0f".formatted(range.getMin(), range.getMax());
  }

  private static double median(List<Drain> drains, ToDoubleFunction<Drain> what) {
    double[] sorted = drains.stream().mapToDouble(what).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElseThrow();
  }
}
