package io.leat.benchmarks;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.benchmarks.CrayfishBatch.Wire;
import io.leat.pipeline.definition.PipelineException;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import io.leat.scoring.ScoringJob;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/**
 * Leat's scoring job as it is deployed, beside what scores the same rows by the same model in
 * Crayfish's shape: one partition, one stream thread, exactly-once. All say the same, to the last
 * bit.
 */
final class CrayfishComparison {
  /** Times the peer with JSON text. */
  private static final double BAR = 10;

  private static final Duration LONGEST = Duration.ofMinutes(15);

  private enum Contender {
    LEAT("Leat's scoring job", 1, Optional.empty()),
    TEXT("Crayfish's shape, JSON text", 8, Optional.of(Wire.TEXT)),
    AVRO("Crayfish's shape, Avro", 2, Optional.of(Wire.AVRO));

    private final String label;
    private final int part;
    private final Optional<Wire> wire;

    /**
     * @param part one event in so many is given to it, so that none takes much longer than others
     */
    Contender(String label, int part, Optional<Wire> wire) {
      this.label = label;
      this.part = part;
      this.wire = wire;
    }

    String input() {
      return wire.map(CrayfishMain::name).orElse(Topics.features(ScoringWorkload.SERVICE));
    }

    String output() {
      return wire.map(CrayfishMain::scored).orElse(Topics.scores(ScoringWorkload.MODEL));
    }

    String job() {
      return wire.map(CrayfishMain::name).orElse("scoring");
    }
  }

  /** Events a second of wall clock and of the process's CPU, over the second half of the events. */
  private record Speed(double perSecond, double perCpuSecond) {}

  private final Cluster cluster;
  private final int events;
  private final List<String> jvmOptions;
  private ScoringWorkload workload;

  private CrayfishComparison(Cluster cluster, int events, List<String> jvmOptions) {
    this.cluster = cluster;
    this.events = events;
    this.jvmOptions = jvmOptions;
  }

  /**
   * Measures and reports.
   *
   * @param events of Leat; the peers have fewer
   * @param forks how often each runs, in ABBA order
   */
  static void run(Results out, int events, int forks, List<String> jvmOptions) throws Exception {
    Map<Contender, Double> bytes = new EnumMap<>(Contender.class);
    Map<Contender, List<Speed>> speeds = new EnumMap<>(Contender.class);
    for (int fork = 0; fork < forks; fork++) {
      List<Contender> order = new ArrayList<>(List.of(Contender.values()));
      if (fork % 2 == 1) {
        Collections.reverse(order);
      }
      for (Contender contender : order) {
        // What one of them leaves to the broker's memory and files is no matter of the next.
        try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
          CrayfishComparison comparison = new CrayfishComparison(cluster, events, jvmOptions);
          Speed speed = comparison.measure(contender, bytes);
          System.out.println(contender.label + ": " + speed);
          speeds.computeIfAbsent(contender, key -> new ArrayList<>()).add(speed);
        }
      }
    }
    report(out, bytes, speeds);
  }

  private Speed measure(Contender contender, Map<Contender, Double> bytes)
      throws IOException,
          OrtException,
          PipelineException,
          ExecutionException,
          InterruptedException {
    workload = ScoringWorkload.prepare(cluster, ScoringModels.CRAYFISH, 1);
    if (contender.wire.isPresent()) {
      cluster.create(List.of(contender.input(), contender.output()), 1);
    }
    int count = events / contender.part;
    bytes.put(
        contender,
        contender.wire.isPresent()
            ? workload.fillBatches(contender.wire.get(), count)
            : workload.fillVectors(count));
    Speed speed;
    try (JvmProcess process =
        FeatureJob.process(
            cluster,
            contender.wire.isPresent() ? CrayfishMain.class : ScoringJob.class,
            workload.directory(),
            "-" + contender.job(),
            jvmOptions,
            contender
                .wire
                .map(wire -> List.of(wire.name()))
                .orElse(List.of("--artifacts", workload.artifacts().toString())))) {
      long[] half = await(process, contender, count / 2);
      long[] last = await(process, contender, count);
      double drained = last[0] - half[0];
      speed = new Speed(drained * 1e9 / (last[1] - half[1]), drained * 1e3 / (last[2] - half[2]));
      process.stop();
    }
    requireSame(contender, count);
    return speed;
  }

  /** Committed events, nanoseconds, and milliseconds of CPU, once so many are committed. */
  private long[] await(JvmProcess process, Contender contender, long wanted)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw process.died();
      }
      long committed =
          cluster.committed(ScoringWorkload.PIPELINE + "-" + contender.job(), contender.input());
      if (committed >= wanted) {
        return new long[] {
          committed, System.nanoTime(), (long) (ProcessUsage.cpuSeconds(process.pid()) * 1e3)
        };
      }
      Thread.sleep(10);
    }
    throw new IllegalStateException(
        "%s has not committed %d events; its log is %s"
            .formatted(process.name(), wanted, process.logFile()));
  }

  /** Each event has one score, which is what ONNX Runtime says of its row. */
  private void requireSame(Contender contender, int count) {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    ObjectMapper json = new ObjectMapper();
    AtomicLong number = new AtomicLong();
    try (TopicLog log = cluster.open(contender.output())) {
      log.readToEnd(
          record -> {
            double score = score(contender, record.value(), codec, json);
            long at = number.getAndIncrement();
            if (score != workload.expected(at)) {
              throw new IllegalStateException(
                  "%s says %s of row %d; the model says %s"
                      .formatted(contender.label, score, at, workload.expected(at)));
            }
            return true;
          });
    }
    if (number.get() != count) {
      throw new IllegalStateException(
          "%s made %d scores of %d events".formatted(contender.label, number.get(), count));
    }
  }

  private double score(Contender contender, byte[] value, AvroCodec codec, ObjectMapper json) {
    if (contender.wire.isEmpty()) {
      return codec.decode(value, Score.class).getScore();
    }
    try {
      CrayfishBatch batch = contender.wire.get().read(value);
      return json.readValue(batch.prediction(), float[][].class)[0][
          ScoringModels.CRAYFISH.column()];
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void report(
      Results out, Map<Contender, Double> bytes, Map<Contender, List<Speed>> speeds) {
    out.line(
        "Crayfish's shape: 784 numbers a row, a network of 27,562 parameters, one row a record,"
            + " through Kafka: one partition, one stream thread, exactly-once; second half of the"
            + " events; medians of %d; in brackets Leat's times.",
        speeds.get(Contender.LEAT).size());
    out.line("");
    out.line("| | events/s | events/CPU-s | bytes of a value read |");
    out.line("|---|---|---|---|");
    speeds.forEach(
        (contender, found) ->
            out.line(
                "| %s | %s | %s | %.0f |",
                contender.label,
                beside(speeds, contender, Speed::perSecond),
                beside(speeds, contender, Speed::perCpuSecond),
                bytes.get(contender)));
    out.line("");
    double wall = times(speeds, Contender.TEXT, Speed::perSecond);
    double cpu = times(speeds, Contender.TEXT, Speed::perCpuSecond);
    out.line(
        "Leat scores %.1f times what the peer with JSON text does by events/s, %.1f times by"
            + " events/CPU-s; the bar is %.0f: %s. Beside the peer with Avro: %.1f and %.1f times.",
        wall,
        cpu,
        BAR,
        wall >= BAR && cpu >= BAR ? "met" : "missed",
        times(speeds, Contender.AVRO, Speed::perSecond),
        times(speeds, Contender.AVRO, Speed::perCpuSecond));
  }

  private static String beside(
      Map<Contender, List<Speed>> speeds, Contender contender, ToDoubleFunction<Speed> what) {
    return "%.0f (%.1f)"
        .formatted(median(speeds.get(contender), what), times(speeds, contender, what));
  }

  private static double times(
      Map<Contender, List<Speed>> speeds, Contender contender, ToDoubleFunction<Speed> what) {
    return median(speeds.get(Contender.LEAT), what) / median(speeds.get(contender), what);
  }

  private static double median(List<Speed> speeds, ToDoubleFunction<Speed> what) {
    double[] sorted = speeds.stream().mapToDouble(what).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElseThrow();
  }
}
