package io.leat.benchmarks;

import io.leat.features.online.OnlineStore;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether the memory of the online store stays within its budget, however many keys there are. */
@Command(
    name = "many-keys",
    mixinStandardHelpOptions = true,
    description =
        "Resident memory of the online store while its keys become many, beside its budget.")
final class ManyKeysCommand implements Callable<Integer> {
  private static final Path FOLDER = Path.of("benchmarks/pipelines/peers");
  private static final long SAMPLE_MILLIS = 1_000;
  private static final long MEGABYTE = 1 << 20;

  @Option(
      names = "--keys",
      defaultValue = "10000000",
      description = "Each with one event, of one view. Default: ${DEFAULT-VALUE}.")
  private int keys;

  @Option(
      names = "--state-memory",
      paramLabel = "MB",
      defaultValue = "256",
      description = "The online store's --state-memory. Default: ${DEFAULT-VALUE}.")
  private int stateMemory;

  @Option(
      names = "--heap",
      paramLabel = "MB",
      defaultValue = "512",
      description = "Its heap, resident from the start. Default: ${DEFAULT-VALUE}.")
  private int heap;

  @Option(
      names = "--own",
      paramLabel = "MB",
      defaultValue = "256",
      description =
          "What its JVM has for itself: classes, compiled code, stacks, buffers of the network."
              + " Default: ${DEFAULT-VALUE}.")
  private int own;

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  private record Sample(long keys, long residentBytes, long stateBytes) {}

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(
            results,
            "benchmarks/run many-keys --keys %d --state-memory %d --heap %d --own %d"
                .formatted(keys, stateMemory, heap, own));
    List<Sample> samples = new ArrayList<>();
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Pipeline pipeline = PipelineReader.read(FOLDER);
      new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
      fill(cluster, pipeline);
      String valid = Topics.valid(pipeline.contracts().get(0).event());
      try (FeatureJob job =
          FeatureJob.start(
              cluster,
              OnlineStore.class,
              FOLDER,
              "many-keys",
              path -> true,
              List.of("-Xms" + heap + "m", "-Xmx" + heap + "m", "-XX:+AlwaysPreTouch"),
              List.of("--state-memory", stateMemory + "MB"))) {
        long done = 0;
        while (done < keys) {
          Thread.sleep(SAMPLE_MILLIS);
          if (!job.process().isAlive()) {
            throw job.process().died();
          }
          done = cluster.committed(job.group(), valid);
          samples.add(
              new Sample(
                  done,
                  ProcessUsage.residentBytes(job.process().pid()),
                  ProcessUsage.bytesOnDisk(job.state())));
        }
      }
    }
    report(out, samples);
    out.append();
    return 0;
  }

  private void fill(Cluster cluster, Pipeline pipeline) {
    long first = System.currentTimeMillis() - keys;
    try (PaymentFeed feed = new PaymentFeed(cluster, pipeline.contracts().get(0))) {
      for (int key = 0; key < keys; key++) {
        // Neighbours in time are none in the store.
        long customer = key * 2_654_435_761L % 1_000_000_007L;
        feed.send("C" + (1_000_000_000L + customer), "T", first + key, key % 4_000 / 4.0);
      }
    }
  }

  private void report(Results out, List<Sample> samples) {
    out.line("| keys | resident MB | state on disk MB |");
    out.line("|---|---|---|");
    for (int tenth = 1; tenth <= 10; tenth++) {
      long wanted = (long) keys * tenth / 10;
      Sample sample =
          samples.stream().filter(each -> each.keys() >= wanted).findFirst().orElseThrow();
      out.line(
          "| %,d | %,d | %,d |",
          sample.keys(), sample.residentBytes() / MEGABYTE, sample.stateBytes() / MEGABYTE);
    }
    long most = samples.stream().mapToLong(Sample::residentBytes).max().orElseThrow() / MEGABYTE;
    long budget = (long) heap + stateMemory + own;
    out.line("");
    out.line(
        "Budget %,d MB: heap %d, --state-memory %d, the JVM's own %d. Highest %,d MB: %s.",
        budget,
        heap,
        stateMemory,
        own,
        most,
        most <= budget ? "within it" : "beyond it by %,d MB".formatted(most - budget));
  }
}
