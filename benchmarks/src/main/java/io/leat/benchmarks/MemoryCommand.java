package io.leat.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether ingestion's memory is steady over many events, de-duplication and all. */
@Command(
    name = "ingestion-memory",
    mixinStandardHelpOptions = true,
    description = "Resident memory of ingestion over many events, and the size of its state.")
final class MemoryCommand implements Callable<Integer> {
  /** Twenty horizons: the first six fill the store of seen events, then it drops what it adds. */
  private static final Duration SPAN = Duration.ofDays(20);

  private static final double WARM = 0.4;

  private static final long SAMPLE_MILLIS = 2_000;
  private static final double MEGABYTE = 1 << 20;

  /** Steady: at the end at most so much more than when it was warm. */
  private static final double STEADY = 1.1;

  @Option(names = "--events", defaultValue = "5000000", description = "Default: ${DEFAULT-VALUE}.")
  private long events;

  @Option(
      names = "--pipeline",
      defaultValue = "benchmarks/pipelines/ingestion",
      description = "Folder. Default: ${DEFAULT-VALUE}.")
  private Path pipeline = Path.of(".");

  @Option(
      names = "--jvm-option",
      defaultValue = "-Xms512m,-Xmx512m,-XX:+AlwaysPreTouch",
      split = ",",
      description = "Of ingestion; the heap is resident from the start. Default: ${DEFAULT-VALUE}.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  private record Sample(long events, long residentBytes, long stateBytes) {}

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(results, "benchmarks/run ingestion-memory --events %d".formatted(events));
    List<Sample> samples = new ArrayList<>();
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Workload workload = Workload.fill(cluster, pipeline, events, SPAN);
      try (Workload.Service service = workload.start(Rung.INGESTION, jvmOptions)) {
        long done = 0;
        while (done < events) {
          Thread.sleep(SAMPLE_MILLIS);
          if (!service.process().isAlive()) {
            throw service.process().died();
          }
          done = cluster.committed(service.group(), workload.raw());
          samples.add(
              new Sample(
                  done,
                  ProcessUsage.residentBytes(service.process().pid()),
                  ProcessUsage.bytesOnDisk(service.state())));
        }
      }
    }
    report(out, samples);
    out.append();
    return 0;
  }

  private void report(Results out, List<Sample> samples) {
    out.line("Ingestion with %s.", String.join(" ", jvmOptions));
    out.line("");
    out.line("| events | resident MB | state on disk MB |");
    out.line("|---|---|---|");
    for (int tenth = 1; tenth <= 10; tenth++) {
      Sample sample = first(samples, events * tenth / 10);
      out.line(
          "| %d | %.0f | %.0f |",
          sample.events(), sample.residentBytes() / MEGABYTE, sample.stateBytes() / MEGABYTE);
    }
    Sample warm = first(samples, Math.round(events * WARM));
    Sample last = samples.get(samples.size() - 1);
    long most = samples.stream().mapToLong(Sample::residentBytes).max().orElseThrow();
    double ratio = (double) last.residentBytes() / warm.residentBytes();
    out.line("");
    out.line(
        "Resident when warm, after two fifths, %.0f MB, at the end %.0f MB, at most %.0f MB: %s.",
        warm.residentBytes() / MEGABYTE,
        last.residentBytes() / MEGABYTE,
        most / MEGABYTE,
        ratio <= STEADY ? "steady" : "it grows, by a factor of %.2f".formatted(ratio));
  }

  private static Sample first(List<Sample> samples, long events) {
    return samples.stream().filter(sample -> sample.events() >= events).findFirst().orElseThrow();
  }
}
