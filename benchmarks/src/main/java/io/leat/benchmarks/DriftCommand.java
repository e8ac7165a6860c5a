package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.drift.ReferenceProfileBuilder;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The drift job beside Flink jobs that read the same vectors and look at none. */
@Command(
    name = "drift",
    mixinStandardHelpOptions = true,
    description =
        "Throughput of the drift job, all columns in five segments, beside Flink reading the same"
            + " vectors, and decoding them; and the state that it keeps.")
final class DriftCommand implements Callable<Integer> {
  private static final Path FLINK = Path.of("benchmarks/flink/target/classes");
  private static final String VECTORS = Topics.features("rows");
  private static final Duration LONGEST = Duration.ofMinutes(15);
  private static final int SEGMENTS_OF_THEIR_OWN = 4;
  private static final int REGIONS = 6;
  private static final int REFERENCE_DAYS = 60;
  private static final int REFERENCE_ROWS_A_DAY = 200;
  private static final int VECTORS_A_DAY = 5_000;
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final double BAR = 0.3;
  private static final Path EVIDENTLY = Path.of("interop/drift-peers/windows.py");

  /** Evidently takes seconds a window. */
  private static final int DAYS_OF_EVIDENTLY = 2;

  @Option(
      names = "--columns",
      split = ",",
      defaultValue = "50,1000",
      description = "Watched columns of each workload. Default: ${DEFAULT-VALUE}.")
  private List<Integer> columns = List.of();

  @Option(
      names = "--vectors",
      split = ",",
      defaultValue = "1000000,60000",
      description = "Vectors of each; the second half counts. Default: ${DEFAULT-VALUE}.")
  private List<Integer> vectors = List.of();

  @Option(
      names = "--forks",
      defaultValue = "3",
      description = "How often each job runs, in turn. Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--python",
      defaultValue = "python3",
      description =
          "A Python that has Evidently (interop/drift-peers/requirements-evidently.txt), which then"
              + " looks at windows of the same vectors. Default: ${DEFAULT-VALUE}.")
  private String python = "python3";

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  /** Who reads. */
  private enum Job {
    PASS_THROUGH("read", "pass-through", "io.leat.benchmarks.flink.VectorsPassedThrough"),
    DECODED("read and decoded", "decoded", "io.leat.benchmarks.flink.VectorsDecoded"),
    DRIFT("drift job", "drift", "io.leat.drift.job.DriftJob");

    private final String label;
    private final String name;
    private final String main;

    Job(String label, String name, String main) {
      this.label = label;
      this.name = name;
      this.main = main;
    }
  }

  /**
   * One run.
   *
   * @param perSecond vectors a second of wall clock, of the second half
   * @param perCpuSecond vectors a second of the process's CPU, likewise
   * @param stateBytes of the job's folder at the end: its checkpoints, its working copy, and some
   *     20 MB of RocksDB's library
   */
  private record Run(double perSecond, double perCpuSecond, long stateBytes, long residentBytes) {}

  @Override
  public Integer call() throws Exception {
    if (columns.size() != vectors.size()) {
      System.err.printf(
          "%d workloads by --columns, %d by --vectors; give as many.%n",
          columns.size(), vectors.size());
      return 2;
    }
    Results out =
        new Results(
            results,
            "benchmarks/run drift --columns %s --vectors %s --forks %d"
                .formatted(list(columns), list(vectors), forks));
    out.line(
        "One partition, one slot, RocksDB, exactly-once, a checkpoint a second. The second half of"
            + " the vectors; medians of %d.",
        forks);
    for (int i = 0; i < columns.size(); i++) {
      measure(columns.get(i), vectors.get(i), out);
    }
    out.append();
    return 0;
  }

  private static String list(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private void measure(int width, int count, Results out) throws Exception {
    Map<Job, List<Run>> runs =
        Arrays.stream(Job.values()).collect(Collectors.toMap(job -> job, job -> new ArrayList<>()));
    long bytes;
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Path folder = cluster.directory().resolve("rows");
      Pipeline pipeline = pipeline(folder, width);
      cluster.create(List.of(VECTORS, Topics.MODEL_REGISTRY, Topics.deadLetters("rows_in")), 1);
      bytes = produce(cluster, pipeline.services().get(0), count);
      for (int fork = 0; fork < forks; fork++) {
        for (Job job : Job.values()) {
          runs.get(job).add(run(cluster, folder, job, width, count, fork));
        }
      }
    }
    out.line("");
    out.line(
        "%,d columns x %d segments, %,d vectors of %,d bytes:",
        width, SEGMENTS_OF_THEIR_OWN + 1, count, bytes / count);
    out.line("");
    out.line(
        "| | vectors/s (of read) | vectors/CPU-s (of read) | state on disk, MB | resident, MB |");
    out.line("|---|---|---|---|---|");
    Run floor = median(runs.get(Job.PASS_THROUGH));
    for (Job job : Job.values()) {
      Run run = median(runs.get(job));
      out.line(
          "| %s | %,.0f (%.2f) | %,.0f (%.2f) | %.1f | %,d |",
          job.label,
          run.perSecond(),
          run.perSecond() / floor.perSecond(),
          run.perCpuSecond(),
          run.perCpuSecond() / floor.perCpuSecond(),
          run.stateBytes() / 1e6,
          run.residentBytes() / 1_000_000);
    }
    double ratio = median(runs.get(Job.DRIFT)).perCpuSecond() / floor.perCpuSecond();
    out.line("");
    out.line(
        "The drift job is %.2f of reading by CPU; the bar is %.1f: %s.",
        ratio, BAR, ratio >= BAR ? "met" : "missed");
    out.line("");
    out.line("%s", evidently(width, median(runs.get(Job.DRIFT)).perCpuSecond()));
  }

  /**
   * What Evidently takes to look at the same windows, all and by region, as a sentence.
   *
   * @param perCpuSecond vectors of the drift job
   */
  private String evidently(int width, double perCpuSecond) throws Exception {
    Path file = Files.createTempFile("leat-drift-", ".csv");
    Path answer = Files.createTempFile("leat-drift-", ".txt");
    try {
      writeRows(file, width);
      Process process =
          new ProcessBuilder(python, EVIDENTLY.toString(), file.toString())
              .redirectOutput(answer.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        return "Evidently was skipped: %s does not have it (--python)".formatted(python);
      }
      String[] said = Files.readString(answer).strip().split(" ", -1);
      double rowsPerCpuSecond = Long.parseLong(said[1]) / Double.parseDouble(said[2]);
      return String.format(
          Locale.ROOT,
          "Evidently, in the same windows (%s reports, all rows and each region's): %,.0f vectors/CPU-s; the drift job is %,.0f times that.",
          said[0],
          rowsPerCpuSecond,
          perCpuSecond / rowsPerCpuSecond);
    } catch (IOException e) {
      return "Evidently was skipped: there is no %s (--python)".formatted(python);
    } finally {
      Files.delete(file);
      Files.delete(answer);
    }
  }

  /** The reference's rows, then those of the first windows, as CSV. */
  private static void writeRows(Path file, int width) throws IOException {
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file, UTF_8))) {
      lines.println(
          "day,region,"
              + IntStream.range(0, width)
                  .mapToObj(DriftCommand::column)
                  .collect(Collectors.joining(",")));
      SplittableRandom before = new SplittableRandom(1);
      for (int row = 0; row < REFERENCE_DAYS * REFERENCE_ROWS_A_DAY; row++) {
        lines.println(text(-1, row(width, before)));
      }
      SplittableRandom live = new SplittableRandom(2);
      for (int row = 0; row < DAYS_OF_EVIDENTLY * VECTORS_A_DAY; row++) {
        lines.println(text(row / VECTORS_A_DAY, row(width, live)));
      }
    }
  }

  private static String text(int day, List<Object> row) {
    return day + "," + row.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** By CPU. */
  private static Run median(List<Run> runs) {
    List<Run> sorted = runs.stream().sorted(Comparator.comparingDouble(Run::perCpuSecond)).toList();
    return sorted.get(sorted.size() / 2);
  }

  private static Run run(Cluster cluster, Path folder, Job job, int width, int count, int fork)
      throws Exception {
    String name = "rows%d%s".formatted(fork, job.name.replace("-", ""));
    Path directory = cluster.directory().resolve(name);
    Path copy = directory.resolve("pipeline");
    FeatureJob.copyPipeline(folder, copy, name, path -> true);
    cluster.deleteTopics(List.of(Topics.DRIFT_METRICS, Topics.DRIFT_ALERTS));
    cluster.create(
        List.of(Topics.DRIFT_METRICS, Topics.DRIFT_ALERTS, "%s-%s.dlq".formatted(name, job.name)),
        1);
    LeatHome home = LeatHome.find();
    JvmProcess process =
        JvmProcess.start(
            JvmProcess.Command.of(
                    job.label,
                    FLINK + ":" + home.classPath("flink"),
                    "io.leat.runtime.flink.LocalCluster",
                    List.of(
                        "--pipeline",
                        copy.toString(),
                        "--bootstrap-servers",
                        cluster.bootstrapServers(),
                        "--registry-url",
                        cluster.registryUrl(),
                        "--state-dir",
                        directory.resolve("state").toString(),
                        "--checkpoint-interval",
                        "1s",
                        "--parallelism",
                        "1",
                        "--rest-port",
                        "0",
                        "--metrics-port",
                        "0",
                        job.main),
                    directory.resolve("service.log"))
                .withJvmOptions(
                    width > 100 ? "-Xmx3g" : "-Xmx1g",
                    "@" + home.library("flink").resolve("jvm.options")));
    try {
      String group = name + "-" + job.name;
      Sample half = await(cluster, process, group, count / 2);
      Sample end = await(cluster, process, group, count);
      double read = end.vectors() - half.vectors();
      if (read == 0) {
        throw new IllegalStateException(
            "%s had read all of %,d vectors at the first commit of its second half; give it more"
                .formatted(job.label, count));
      }
      return new Run(
          read * 1e9 / (end.nanos() - half.nanos()),
          read / (end.cpuSeconds() - half.cpuSeconds()),
          ProcessUsage.bytesOnDisk(directory.resolve("state")),
          ProcessUsage.residentBytes(process.pid()));
    } finally {
      process.stop();
    }
  }

  private record Sample(long vectors, long nanos, double cpuSeconds) {}

  private static Sample await(Cluster cluster, JvmProcess process, String group, long vectors)
      throws Exception {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw process.died();
      }
      long committed = cluster.committed(group, VECTORS);
      if (committed >= vectors) {
        return new Sample(committed, System.nanoTime(), ProcessUsage.cpuSeconds(process.pid()));
      }
      Thread.sleep(10);
    }
    throw new IllegalStateException(
        "%s has not read %d vectors in %d minutes; its log is %s"
            .formatted(process.name(), vectors, LONGEST.toMinutes(), process.logFile()));
  }

  private static String column(int index) {
    return "c" + index;
  }

  /** A pipeline of so many columns and a region, its monitor, and the profile of its reference. */
  private static Pipeline pipeline(Path folder, int width) throws Exception {
    String fields =
        IntStream.range(0, width)
            .mapToObj(i -> "{\"name\": \"%s\", \"type\": \"double\"}".formatted(column(i)))
            .collect(Collectors.joining(",\n"));
    String features =
        IntStream.range(0, width)
            .mapToObj(i -> "event." + column(i))
            .collect(Collectors.joining(", "));
    write(
        folder,
        "pipeline.yaml",
        "pipeline: rows\nowner: benchmarks\nentities:\n  row: { key: row }\n");
    write(
        folder,
        "contracts/rows.yaml",
        "event: rows_in\nschema: rows.avsc\nowner: benchmarks\nkey: row\nevent_id: row\nevent_time: at\n");
    write(
        folder,
        "contracts/rows.avsc",
        """
        {"type": "record", "name": "Row", "fields": [
        {"name": "row", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "region", "type": "string"},
        %s]}
        """
            .formatted(fields));
    write(
        folder,
        "services/rows.yaml",
        "service: rows\nversion: 1\nspine: rows_in\nfeatures: [event.region, %s]\n"
            .formatted(features));
    write(
        folder,
        "models/rows/model.yaml",
        "model: rows\nversion: \"1\"\nservice: rows@1\nartifact: model.onnx\nowner: benchmarks\noutputs: { score: \"probabilities[1]\" }\n");
    Files.write(folder.resolve("models/rows/model.onnx"), new byte[] {1}); // nobody scores here
    write(
        folder,
        "monitors/rows.yaml",
        """
        monitor: rows
        watches: rows
        features: [%s]
        segments: [region]
        segments_cap: %d
        window: 1d
        lateness: 1h
        minimum_events: 24
        false_alarms_per_week: 0.1
        open_after: 2 of 3
        close_after: 3
        """
            .formatted(features, SEGMENTS_OF_THEIR_OWN));
    Pipeline pipeline = PipelineReader.read(folder);
    Model model = pipeline.models().get(0);
    ReferenceProfileBuilder profile = ReferenceProfileBuilder.of(pipeline, model);
    SplittableRandom random = new SplittableRandom(1);
    for (int row = 0; row < REFERENCE_DAYS * REFERENCE_ROWS_A_DAY; row++) {
      profile.add(row * DAY / REFERENCE_ROWS_A_DAY, row(width, random));
    }
    profile.build().write(model.referenceProfile());
    return pipeline;
  }

  private static void write(Path folder, String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static List<Object> row(int width, SplittableRandom random) {
    List<Object> values = new ArrayList<>(width + 1);
    values.add("region " + random.nextInt(REGIONS));
    for (int i = 0; i < width; i++) {
      values.add(random.nextGaussian());
    }
    return values;
  }

  /** Writes vectors as the feature store does; returns the bytes of their values. */
  private static long produce(Cluster cluster, FeatureService service, int count) {
    RegistryClient registry = cluster.newRegistryClient();
    AvroCodec codec = new AvroCodec(registry);
    int id =
        registry.register(
            Topics.valueSubject(VECTORS), FeatureVectorSchema.of(service.featureNames()));
    SplittableRandom random = new SplittableRandom(2);
    int width = service.featureNames().size() - 1;
    long bytes = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "compression.type",
                "lz4",
                "linger.ms",
                20,
                "batch.size",
                128 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int number = 0; number < count; number++) {
        long time = REFERENCE_DAYS * DAY + number * (DAY / VECTORS_A_DAY);
        FeatureVector vector =
            new FeatureVector(
                service.name(),
                service.version(),
                service.definition(),
                "row-" + number,
                Instant.ofEpochMilli(time),
                Map.of(),
                row(width, random),
                new LogPosition("rows_in", 0, (long) number),
                ByteBuffer.allocate(0),
                null);
        byte[] value = codec.encode(id, vector);
        bytes += value.length;
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(VECTORS, ("row-" + number).getBytes(UTF_8), value);
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, "" + time);
        producer.send(record);
      }
    }
    return bytes;
  }
}
