package io.leat.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    description = "Ingestion, and the ladder of less that leads to it, exactly-once.")
final class IngestionCommand implements Callable<Integer> {
  @Option(names = "--events", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}.")
  private long events;

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
            results, "benchmarks/run ingestion --events %d --forks %d".formatted(events, forks));
    Map<Rung, List<Drain>> drains = new EnumMap<>(Rung.class);
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Workload workload = Workload.fill(cluster, pipeline, events);
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
          Drain drain = Drain.run(cluster, workload, rung, jvmOptions);
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
        "| exactly-once, one stream thread | events/s | range | second half | events/CPU-s | of the floor: wall | CPU |");
    out.line("|---|---|---|---|---|---|---|");
    List<Drain> floor = drains.get(Rung.PASS_THROUGH);
    drains.forEach(
        (rung, found) ->
            out.line(
                "| %s | %.0f | %.0f - %.0f | %.0f | %.0f | %s | %s |",
                rung.label(),
                median(found, Drain::perSecond),
                found.stream().mapToDouble(Drain::perSecond).min().orElseThrow(),
                found.stream().mapToDouble(Drain::perSecond).max().orElseThrow(),
                median(found, Drain::settledPerSecond),
                median(found, Drain::perCpuSecond),
                ratio(found, floor, Drain::perSecond),
                ratio(found, floor, Drain::perCpuSecond)));
  }

  private static String ratio(
      List<Drain> found,
      @org.jspecify.annotations.Nullable List<Drain> floor,
      ToDoubleFunction<Drain> what) {
    return floor == null ? "-" : "%.2f".formatted(median(found, what) / median(floor, what));
  }

  private static double median(List<Drain> drains, ToDoubleFunction<Drain> what) {
    double[] sorted = drains.stream().mapToDouble(what).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElseThrow();
  }
}
