package io.leat.benchmarks;

import io.leat.features.online.OnlineStore;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The same features by Leat, by Flink SQL and by Kafka Streams, with equal values. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description =
        "Count, sum, average and maximum over 1, 7 and 30 days, exact at every event: Leat's online"
            + " store beside OVER windows of Flink SQL and sliding windows of Kafka Streams.")
final class PeersCommand implements Callable<Integer> {
  private static final int BAR = 10;

  /** As many as the machine has cores. */
  static final int PARALLELISM = Runtime.getRuntime().availableProcessors();

  /** Between commits of all, and Flink's checkpoints. */
  static final Duration COMMIT = Duration.ofSeconds(1);

  private static final Path FOLDER = Path.of("benchmarks/pipelines/peers");
  private static final Path FLINK = Path.of("benchmarks/flink/target");
  private static final String FLINK_TOPIC = "over-windows";
  private static final List<String> WINDOWS = List.of("1d", "7d", "30d");
  private static final List<String> FUNCTIONS = List.of("payments", "total", "average", "largest");

  /** Who Leat is measured beside. */
  private enum Against {
    QUERIES,
    EXPERTS
  }

  @Option(
      names = "--against",
      split = ",",
      defaultValue = "QUERIES,EXPERTS",
      description = "Some of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private List<Against> against = List.of();

  @Mixin private ExpertPeers experts = new ExpertPeers();

  @Option(
      names = "--in-window",
      split = ",",
      defaultValue = "14,200",
      description =
          "Workloads: mean events of a customer in 30 days. 14 is what simulated card payments have."
              + " Default: ${DEFAULT-VALUE}.")
  private List<Integer> inWindow = List.of();

  @Option(
      names = "--cohort",
      defaultValue = "40000",
      description = "Events of the customers of 60 days. Default: ${DEFAULT-VALUE}.")
  private int cohort;

  @Option(
      names = "--cohorts",
      defaultValue = "120",
      description = "That Leat reads. Default: ${DEFAULT-VALUE}.")
  private int cohorts;

  @Option(
      names = "--flink-cohorts",
      split = ",",
      defaultValue = "9,9",
      description = "That Flink reads, of each workload. Default: ${DEFAULT-VALUE}.")
  private List<Integer> flinkCohorts = List.of();

  @Option(
      names = "--streams-cohorts",
      split = ",",
      defaultValue = "9,3",
      description = "That Kafka Streams reads, of each workload. Default: ${DEFAULT-VALUE}.")
  private List<Integer> streamsCohorts = List.of();

  @Option(
      names = "--warm",
      defaultValue = "20",
      description =
          "Seconds that each runs before it is measured, from the end of a cohort on. Default:"
              + " ${DEFAULT-VALUE}.")
  private int warm;

  @Option(
      names = "--longest",
      defaultValue = "60",
      description = "Minutes after which one of them is given up. Default: ${DEFAULT-VALUE}.")
  private int longest;

  @Option(
      names = "--jvm-option",
      split = ",",
      defaultValue = "-Xmx1g",
      description = "Of each of them. Default: ${DEFAULT-VALUE}.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  @Override
  public Integer call() throws Exception {
    if (against.contains(Against.QUERIES)) {
      queries();
    }
    if (against.contains(Against.EXPERTS)) {
      experts.measure(results, jvmOptions, Duration.ofMinutes(longest));
    }
    return 0;
  }

  private void queries() throws Exception {
    if (flinkCohorts.size() != inWindow.size() || streamsCohorts.size() != inWindow.size()) {
      throw new IllegalArgumentException(
          "%d workloads, but cohorts of %d for Flink and of %d for Kafka Streams: give as many"
              .formatted(inWindow.size(), flinkCohorts.size(), streamsCohorts.size()));
    }
    Results out =
        new Results(
            results,
            "benchmarks/run peers --against QUERIES --in-window %s --cohort %d --cohorts %d --flink-cohorts %s --streams-cohorts %s --warm %d"
                .formatted(
                    listed(inWindow),
                    cohort,
                    cohorts,
                    listed(flinkCohorts),
                    listed(streamsCohorts),
                    warm));
    out.line(
        "Exactly-once, visible every second: a commit or a checkpoint; %d partitions, as many threads"
            + " of each (Flink: slots); RocksDB in 256 MB; %s.",
        PARALLELISM, String.join(" ", jvmOptions));
    out.line(
        "Each row of a peer is equal to Leat's, value by value. In brackets what Leat's is of it.");
    for (int i = 0; i < inWindow.size(); i++) {
      PeerWorkload workload =
          new PeerWorkload(
              "workload-" + inWindow.get(i), inWindow.get(i), cohort, cohorts * cohort, false);
      measure(out, workload, flinkCohorts.get(i) * cohort, streamsCohorts.get(i) * cohort);
    }
    out.append();
  }

  private void measure(Results out, PeerWorkload workload, int flinkEvents, int streamsEvents)
      throws Exception {
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Path folder = cluster.directory().resolve("peers");
      Pipeline pipeline = pipeline(folder, "exact");
      new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
      cluster.create(
          List.of(FLINK_TOPIC, SlidingWindowsMain.TOPIC),
          PARALLELISM,
          Map.of("retention.ms", "-1"));
      workload.fill(cluster, pipeline.contracts().get(0));
      out.line("");
      out.line(
          "**%d events of a customer in 30 days on average** (%,d customers at a time, each for 60"
              + " days, windows filling in the first half).",
          workload.inWindow(), workload.customers());
      out.line("");
      out.line("| | events read | measured | events/s | events/CPU-s |");
      out.line("|---|---|---|---|---|");
      PeerDrain leat =
          leat(
              cluster,
              folder,
              pipeline,
              workload.events(),
              new PeerRows(Math.max(flinkEvents, streamsEvents)));
      line(out, "Leat", workload.events(), leat, leat);
      PeerDrain flink = flink(cluster, pipeline.contracts().get(0), workload, flinkEvents);
      flink.rows().requireEqualTo(leat.rows(), flink.name());
      line(out, "Flink SQL, `OVER` windows", flinkEvents, flink, leat);
      PeerDrain streams = slidingWindows(cluster, folder, streamsEvents);
      streams.rows().requireEqualTo(leat.rows(), streams.name());
      line(out, "Kafka Streams, sliding windows", streamsEvents, streams, leat);
      double least = leat.perSecond() / Math.max(flink.perSecond(), streams.perSecond());
      out.line("");
      out.line(
          "%.1f times the events/s of the faster one; the bar is %d: %s.",
          least, BAR, least >= BAR ? "met" : "missed");
    }
  }

  private static void line(Results out, String label, int events, PeerDrain drain, PeerDrain leat) {
    out.line(
        "| %s | %,d | %,d | %,.0f (%.1f) | %,.0f (%.1f) |",
        label,
        events,
        drain.measured(),
        drain.perSecond(),
        leat.perSecond() / drain.perSecond(),
        drain.perCpuSecond(),
        leat.perCpuSecond() / drain.perCpuSecond());
  }

  /**
   * The pipeline, with as many partitions as there are cores.
   *
   * @param resolution of its view
   */
  static Pipeline pipeline(Path folder, String resolution) throws IOException, PipelineException {
    FeatureJob.copyPipeline(FOLDER, folder, "peers", path -> true);
    Path contract = folder.resolve("contracts/payments.yaml");
    Files.writeString(
        contract,
        Files.readString(contract).replace("partitions: 1", "partitions: " + PARALLELISM));
    Path view = folder.resolve("features/customer_activity.yaml");
    Files.writeString(
        view, Files.readString(view).replace("resolution: exact", "resolution: " + resolution));
    Pipeline pipeline = PipelineReader.read(folder);
    int partitions = pipeline.contracts().get(0).topic().partitions();
    if (partitions != PARALLELISM) {
      throw new IllegalStateException(
          contract + ": " + partitions + " partitions; expected " + PARALLELISM);
    }
    return pipeline;
  }

  private PeerDrain leat(
      Cluster cluster, Path folder, Pipeline pipeline, int events, PeerRows expected)
      throws IOException {
    FeatureService service = pipeline.services().get(0);
    try (FeatureJob job = job(cluster, OnlineStore.class, folder, "leat")) {
      return follow(
          cluster,
          job.process(),
          Topics.features(service.name()),
          events,
          1,
          expected,
          vectors(cluster, service));
    }
  }

  /** Takes the values out of Leat's vectors. */
  static PeerRows.Decoder vectors(Cluster cluster, FeatureService service) {
    List<Integer> places = new ArrayList<>();
    for (String window : WINDOWS) {
      for (String function : FUNCTIONS) {
        places.add(service.featureNames().indexOf("customer_activity." + function + "_" + window));
      }
    }
    if (places.contains(-1)) {
      throw new IllegalStateException(
          "%s has the features %s: expected %s over %s"
              .formatted(service.name(), service.featureNames(), FUNCTIONS, WINDOWS));
    }
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    return (value, rows) -> {
      FeatureVector vector = codec.decode(value, FeatureVector.class);
      long payment = Long.parseLong(vector.getEventId());
      for (int column = 0; column < places.size(); column++) {
        Object feature = vector.getValues().get(places.get(column));
        rows.put(payment, column, ((Number) feature).doubleValue());
      }
    };
  }

  private PeerDrain slidingWindows(Cluster cluster, Path folder, int events) throws IOException {
    try (FeatureJob job = job(cluster, SlidingWindowsMain.class, folder, "sliding")) {
      return follow(
          cluster,
          job.process(),
          SlidingWindowsMain.TOPIC,
          events,
          WINDOWS.size(),
          new PeerRows(events),
          SlidingWindowsMain::decode);
    }
  }

  private FeatureJob job(Cluster cluster, Class<?> main, Path folder, String name)
      throws IOException {
    return job(cluster, main, folder, name, jvmOptions, 256);
  }

  /** A service of as many threads as there are cores, which commits as often as all do. */
  static FeatureJob job(
      Cluster cluster,
      Class<?> main,
      Path folder,
      String name,
      List<String> jvmOptions,
      int stateMegabytes)
      throws IOException {
    return FeatureJob.start(
        cluster,
        main,
        folder,
        name,
        path -> true,
        jvmOptions,
        List.of(
            "--threads",
            Integer.toString(PARALLELISM),
            "--commit-interval",
            COMMIT.toMillis() + "ms",
            "--state-memory",
            stateMegabytes + "MB"));
  }

  private PeerDrain flink(Cluster cluster, Contract contract, PeerWorkload workload, int events)
      throws IOException {
    Path directory = cluster.directory().resolve("flink").toAbsolutePath();
    Schema schema = flinkSchema();
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    try (JvmProcess process =
        startFlink(
            "OverWindowsMain",
            directory,
            jvmOptions,
            List.of(
                cluster.bootstrapServers(),
                cluster.registryUrl(),
                Topics.valid(contract.event()),
                Arrays.stream(workload.perPartition(events, PARALLELISM))
                    .mapToObj(Long::toString)
                    .collect(Collectors.joining(",")),
                FLINK_TOPIC,
                directory.toString(),
                COMMIT.toString()))) {
      return follow(
          cluster,
          process,
          FLINK_TOPIC,
          events,
          1,
          new PeerRows(events),
          (value, rows) -> {
            GenericRecord row = read(reader, value);
            for (int column = 0; column < PeerRows.VALUES; column++) {
              rows.put((long) row.get(0), column, ((Number) row.get(column + 1)).doubleValue());
            }
          });
    }
  }

  /**
   * Starts Flink in its own JVM, on its own class path.
   *
   * @param main class of the package of Flink's peers
   * @param directory takes its log, and in {@code scratch} its state
   */
  static JvmProcess startFlink(
      String main, Path directory, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    Files.createDirectories(directory.resolve("scratch"));
    List<String> options = new ArrayList<>(jvmOptions);
    options.add("@" + LeatHome.find().directory().resolve("lib/flink/jvm.options"));
    return JvmProcess.start(
        JvmProcess.Command.of(
                "Flink",
                FLINK.resolve("classes")
                    + ":"
                    + Files.readString(FLINK.resolve("class-path.txt")).strip(),
                "io.leat.benchmarks.flink." + main,
                arguments,
                directory.resolve("service.log"))
            .withJvmOptions(options.toArray(String[]::new)));
  }

  private static GenericRecord read(GenericDatumReader<GenericRecord> reader, byte[] value) {
    try {
      return reader.read(null, DecoderFactory.get().binaryDecoder(value, null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of Flink's rows: every column may be null. */
  private static Schema flinkSchema() {
    SchemaBuilder.FieldAssembler<Schema> fields =
        SchemaBuilder.record("Row").fields().optionalLong("payment_id");
    for (String window : WINDOWS) {
      fields = fields.optionalLong("payments_" + window);
      for (String function : FUNCTIONS.subList(1, FUNCTIONS.size())) {
        fields = fields.optionalDouble(function + "_" + window);
      }
    }
    return fields.endRecord();
  }

  private PeerDrain follow(
      Cluster cluster,
      JvmProcess process,
      String topic,
      int events,
      int recordsOfEvent,
      PeerRows rows,
      PeerRows.Decoder decoder) {
    return PeerDrain.follow(
        cluster,
        process,
        topic,
        events,
        recordsOfEvent,
        cohort,
        Duration.ofSeconds(warm),
        Duration.ofMinutes(longest),
        rows,
        decoder);
  }

  private static String listed(List<Integer> numbers) {
    return String.join(",", numbers.stream().map(String::valueOf).toList());
  }
}
