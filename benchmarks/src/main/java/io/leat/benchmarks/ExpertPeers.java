package io.leat.benchmarks;

import io.leat.benchmarks.expert.Tiles;
import io.leat.features.online.OnlineStore;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Leat beside what a team that knows its platform writes by hand, {@link Tiles} in one value a key:
 * over a live set that is larger than the caches, and events that are out of order.
 */
final class ExpertPeers {
  private static final String FLINK_TOPIC = "tiles-flink";

  @Option(
      names = "--expert-in-window",
      split = ",",
      defaultValue = "14,200",
      description =
          "Workloads beside experts: mean events of a customer in 30 days. Default:"
              + " ${DEFAULT-VALUE}.")
  private List<Integer> inWindow = List.of();

  @Option(
      names = "--expert-customers",
      split = ",",
      defaultValue = "120000,12000",
      description = "Customers of each; all are live at once. Default: ${DEFAULT-VALUE}.")
  private List<Integer> customers = List.of();

  @Option(
      names = "--expert-resolution",
      split = ",",
      defaultValue = "exact,1h",
      description = "Resolution of each one's view. Default: ${DEFAULT-VALUE}.")
  private List<String> resolutions = List.of();

  @Option(
      names = "--expert-forks",
      defaultValue = "3",
      description = "How often each of them runs, in ABBA order. Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--expert-memory",
      defaultValue = "16",
      description = "MB for the caches and buffers of each one's state. Default: ${DEFAULT-VALUE}.")
  private int megabytes;

  /** Who is measured. */
  private enum Subject {
    LEAT("Leat"),
    STREAMS("Kafka Streams, a processor by hand"),
    FLINK("Flink, a keyed function by hand");

    private final String label;

    Subject(String label) {
      this.label = label;
    }
  }

  /**
   * One run of one of them.
   *
   * @param megabytes of its state on disk
   */
  private record Run(PeerDrain drain, long megabytes) {
    double perSecond() {
      return drain.perSecond();
    }

    double perCpuSecond() {
      return drain.perCpuSecond();
    }
  }

  void measure(Path results, List<String> jvmOptions, Duration longest) throws Exception {
    if (customers.size() != inWindow.size() || resolutions.size() != inWindow.size()) {
      throw new IllegalArgumentException(
          "%d workloads, but customers of %d and resolutions of %d: give as many"
              .formatted(inWindow.size(), customers.size(), resolutions.size()));
    }
    Results out =
        new Results(
            results,
            "benchmarks/run peers --against EXPERTS --expert-in-window %s --expert-customers %s --expert-resolution %s --expert-forks %d --expert-memory %d"
                .formatted(
                    listed(inWindow), listed(customers), listed(resolutions), forks, megabytes));
    out.line(
        "Exactly-once, visible every second: a commit or a checkpoint; %d partitions, as many"
            + " threads of each (Flink: slots); caches and buffers of %d MB; %s.",
        PeersCommand.PARALLELISM, megabytes, String.join(" ", jvmOptions));
    out.line(
        "One event in ten is up to 30 minutes late. The windows fill in the first half of the"
            + " events; the second half is measured. Every row of every run is equal to Leat's"
            + " first, value by value.");
    for (int i = 0; i < inWindow.size(); i++) {
      int events = 2 * inWindow.get(i) * customers.get(i);
      measure(
          out,
          new PeerWorkload("workload-" + i, inWindow.get(i), events, events, true),
          resolutions.get(i),
          jvmOptions,
          longest);
    }
    out.append();
  }

  private void measure(
      Results out,
      PeerWorkload workload,
      String resolution,
      List<String> jvmOptions,
      Duration longest)
      throws Exception {
    Map<Subject, List<Run>> found = new EnumMap<>(Subject.class);
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Path folder = cluster.directory().resolve("peers");
      Pipeline pipeline = PeersCommand.pipeline(folder, resolution);
      apply(cluster, pipeline);
      workload.fill(cluster, pipeline.contracts().get(0));
      Measurement measurement =
          new Measurement(cluster, folder, pipeline, workload, jvmOptions, longest, megabytes);
      @Nullable PeerRows expected = null;
      for (int fork = 0; fork < forks; fork++) {
        List<Subject> order = new ArrayList<>(List.of(Subject.values()));
        if (fork % 2 == 1) {
          Collections.reverse(order);
        }
        for (Subject subject : order) {
          Run run = measurement.run(subject, subject.name().toLowerCase(Locale.ROOT) + fork);
          System.out.printf(
              "%s: %,.0f events/s, %,.0f events/CPU-s, %d MB%n",
              subject.label, run.perSecond(), run.perCpuSecond(), run.megabytes());
          if (expected == null) {
            expected = run.drain().rows();
          } else {
            run.drain().rows().requireEqualTo(expected, subject.label);
          }
          found.computeIfAbsent(subject, key -> new ArrayList<>()).add(run);
        }
      }
    }
    report(out, workload, resolution, found);
  }

  private static void apply(Cluster cluster, Pipeline pipeline) {
    new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
  }

  private record Measurement(
      Cluster cluster,
      Path folder,
      Pipeline pipeline,
      PeerWorkload workload,
      List<String> jvmOptions,
      Duration longest,
      int megabytes) {
    Run run(Subject subject, String name)
        throws IOException, PipelineException, ExecutionException, InterruptedException {
      FeatureService service = pipeline.services().get(0);
      String topic =
          switch (subject) {
            case LEAT -> Topics.features(service.name());
            case STREAMS -> TilesMain.TOPIC;
            case FLINK -> FLINK_TOPIC;
          };
      cluster.deleteTopics(List.of(topic));
      if (subject == Subject.LEAT) {
        apply(cluster, pipeline);
      } else {
        cluster.create(List.of(topic), PeersCommand.PARALLELISM, Map.of("retention.ms", "-1"));
      }
      return switch (subject) {
        case LEAT ->
            service(OnlineStore.class, name, topic, PeersCommand.vectors(cluster, service));
        case STREAMS -> service(TilesMain.class, name, topic, new Rows());
        case FLINK -> flink(name, topic);
      };
    }

    private Run service(Class<?> main, String name, String topic, PeerRows.Decoder decoder)
        throws IOException {
      try (FeatureJob job = PeersCommand.job(cluster, main, folder, name, jvmOptions, megabytes)) {
        return follow(job.process(), topic, decoder, job.state());
      }
    }

    private Run flink(String name, String topic) throws IOException {
      Path directory = cluster.directory().resolve(name).toAbsolutePath();
      String event = pipeline.contracts().get(0).event();
      try (JvmProcess process =
          PeersCommand.startFlink(
              "TilesMain",
              directory,
              jvmOptions,
              List.of(
                  cluster.bootstrapServers(),
                  cluster.registryUrl(),
                  Topics.valid(event),
                  pipeline.contracts().get(0).schema().toString(),
                  Integer.toString(PeersCommand.PARALLELISM),
                  topic,
                  directory.toString(),
                  PeersCommand.COMMIT.toString(),
                  Integer.toString(megabytes),
                  Long.toString(pipeline.views().get(0).resolution().toMillis())))) {
        return follow(process, topic, new Rows(), directory.resolve("scratch"));
      }
    }

    private Run follow(JvmProcess process, String topic, PeerRows.Decoder decoder, Path state) {
      PeerDrain drain =
          PeerDrain.follow(
              cluster,
              process,
              topic,
              workload.events(),
              1,
              workload.events() / 2,
              Duration.ZERO,
              longest,
              new PeerRows(workload.events()),
              decoder);
      return new Run(drain, ProcessUsage.bytesOnDisk(state) >> 20);
    }
  }

  /** Takes the values out of what {@link Tiles#row} makes. */
  private static final class Rows implements PeerRows.Decoder {
    private @Nullable BinaryDecoder decoder;

    @Override
    public void decode(byte[] record, PeerRows rows) {
      decoder = DecoderFactory.get().binaryDecoder(record, decoder);
      try {
        long payment = decoder.readLong();
        for (int column = 0; column < PeerRows.VALUES; column++) {
          rows.put(
              payment,
              column,
              column % PeerRows.OF_WINDOW == 0 ? decoder.readLong() : decoder.readDouble());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void report(
      Results out, PeerWorkload workload, String resolution, Map<Subject, List<Run>> found) {
    out.line("");
    out.line(
        "**%d events of a customer in 30 days on average, resolution %s** (%,d customers, %,d"
            + " events, half of them measured). Medians; in brackets what Leat's is of it.",
        workload.inWindow(), resolution, workload.customers(), workload.events());
    out.line("");
    out.line("| | events/s | range | events/CPU-s | range | state on disk, MB |");
    out.line("|---|---|---|---|---|---|");
    List<Run> leat = Optional.ofNullable(found.get(Subject.LEAT)).orElseThrow();
    found.forEach(
        (subject, runs) ->
            out.line(
                "| %s | %,.0f (%.2f) | %s | %,.0f (%.2f) | %s | %,.0f |",
                subject.label,
                median(runs, Run::perSecond),
                median(leat, Run::perSecond) / median(runs, Run::perSecond),
                range(runs, Run::perSecond),
                median(runs, Run::perCpuSecond),
                median(leat, Run::perCpuSecond) / median(runs, Run::perCpuSecond),
                range(runs, Run::perCpuSecond),
                median(runs, Run::megabytes)));
  }

  private static String range(List<Run> runs, ToDoubleFunction<Run> what) {
    DoubleSummaryStatistics range = runs.stream().mapToDouble(what).summaryStatistics();
    return "%,.0f - %,.0f".formatted(range.getMin(), range.getMax());
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> what) {
    double[] sorted = runs.stream().mapToDouble(what).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElseThrow();
  }

  private static String listed(List<?> values) {
    return String.join(",", values.stream().map(String::valueOf).toList());
  }
}
