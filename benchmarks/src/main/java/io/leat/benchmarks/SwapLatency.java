package io.leat.benchmarks;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.models.registry.Reason;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import io.leat.scoring.ScoringJob;
import io.leat.stack.JvmProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerSerializer;

/**
 * How late scores are while the stream goes over to another version, beside how late they are
 * otherwise: vectors come when they are due, whatever becomes of earlier ones, and a score counts
 * when a reader of committed records sees it.
 *
 * <p>A swap lasts from the command to the first score by the new version on the last partition.
 */
final class SwapLatency {
  /** Times the p99 between swaps, for that during swaps. */
  private static final double BAR = 2;

  private static final ScoringModels TREES = ScoringModels.TREES;
  private static final int PARTITIONS = 6;
  private static final Duration POLL = Duration.ofMillis(2);
  private static final Duration BETWEEN = Duration.ofSeconds(2);

  /** For the JIT compiler. */
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  private static final Duration LONGEST_SWAP = Duration.ofMinutes(1);
  private static final Reason WHY = Reason.of("benchmark");

  private final Cluster cluster;
  private final ScoringWorkload workload;
  private final long nanosBetween;
  private final List<Seen> seen = new ArrayList<>();
  private final List<Swap> swaps = new ArrayList<>();
  private long begun;
  private volatile boolean enough;

  /** A vector whose score was seen. */
  private record Seen(int number, long nanos) {}

  private record Swap(long begin, long end) {
    boolean has(long nanos) {
      return begin <= nanos && nanos <= end;
    }
  }

  private SwapLatency(Cluster cluster, ScoringWorkload workload, int rate) {
    this.cluster = cluster;
    this.workload = workload;
    this.nanosBetween = Duration.ofSeconds(1).toNanos() / rate;
  }

  /**
   * Measures and reports.
   *
   * @param rate vectors a second
   */
  static void run(Results out, int swaps, int rate, List<String> jvmOptions) throws Exception {
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      ScoringWorkload workload = ScoringWorkload.prepare(cluster, TREES, PARTITIONS);
      SwapLatency latency = new SwapLatency(cluster, workload, rate);
      try (ArtifactStore store = ArtifactStore.open(workload.artifacts().toString());
          JvmProcess process =
              FeatureJob.process(
                  cluster,
                  ScoringJob.class,
                  workload.directory(),
                  "",
                  jvmOptions,
                  List.of("--artifacts", workload.artifacts().toString()))) {
        ModelRegistry registry = workload.registry(store);
        Pipeline pipeline = workload.pipeline();
        registry.publish(
            ModelPackage.of(
                pipeline.models().get(0),
                pipeline,
                new ModelFile(Path.of("other.onnx"), TREES.onnx(8), ""),
                Map.of()),
            "2",
            Terms.of(pipeline.models().get(0), true, Label.MOVES),
            WHY);
        latency.measure(process, registry, swaps);
        process.stop();
      }
      latency.report(out, rate);
    }
  }

  private void measure(JvmProcess process, ModelRegistry registry, int count) throws Exception {
    IntFunction<byte[]> vectors = workload.vectors();
    begun = System.nanoTime();
    CompletableFuture<Integer> sent = CompletableFuture.supplyAsync(() -> send(vectors));
    try (TopicLog log = cluster.open(Topics.scores(ScoringWorkload.MODEL))) {
      AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
      long next = begun + WARM_UP.toNanos();
      while (swaps.size() < count) {
        readUntil(log, codec, 0, next, process);
        long begin = System.nanoTime();
        long revision =
            registry.view().model(ScoringWorkload.MODEL).orElseThrow().getRollout().getRevision();
        String other = Integer.toString(1 + (swaps.size() + 1) % 2);
        CompletableFuture<?> promoted =
            CompletableFuture.supplyAsync(
                () ->
                    registry
                        .rollouts()
                        .promote(
                            new ModelReference(ScoringWorkload.MODEL, other),
                            Optional.empty(),
                            WHY));
        long end = readUntil(log, codec, revision, begin + LONGEST_SWAP.toNanos(), process);
        promoted.join();
        swaps.add(new Swap(begin, end));
        next = System.nanoTime() + BETWEEN.toNanos();
      }
      readUntil(log, codec, 0, next, process);
      enough = true;
      int vectorsSent = sent.join();
      long deadline = System.nanoTime() + LONGEST_SWAP.toNanos();
      while (seen.size() < vectorsSent && System.nanoTime() < deadline) {
        readUntil(log, codec, 0, System.nanoTime() + POLL.toNanos(), process);
      }
      requireEachOnce(vectorsSent);
    }
  }

  /**
   * Reads scores on.
   *
   * @param revision if it is more than 0: until each partition has a score of a later rollout
   * @return when it ended
   */
  private long readUntil(
      TopicLog log, AvroCodec codec, long revision, long deadline, JvmProcess process) {
    Set<Integer> gone = new HashSet<>();
    long now = System.nanoTime();
    while (now < deadline && (revision == 0 || gone.size() < PARTITIONS)) {
      for (ConsumerRecord<byte[], byte[]> record : log.poll(POLL)) {
        Score score = codec.decode(record.value(), Score.class);
        now = System.nanoTime();
        seen.add(new Seen(Integer.parseInt(score.getEventId()), now));
        if (revision > 0 && score.getRollout() > revision) {
          gone.add(record.partition());
        }
      }
      if (!process.isAlive()) {
        throw process.died();
      }
      now = System.nanoTime();
    }
    if (revision > 0 && gone.size() < PARTITIONS) {
      throw new IllegalStateException(
          "after %s %d partitions of %d have gone over; the log is %s"
              .formatted(LONGEST_SWAP, gone.size(), PARTITIONS, process.logFile()));
    }
    return now;
  }

  /** Vectors at their times, until it is enough. */
  private int send(IntFunction<byte[]> vectors) {
    String topic = Topics.features(ScoringWorkload.SERVICE);
    try (KafkaProducer<Integer, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers(), "linger.ms", 0),
            new IntegerSerializer(),
            new ByteArraySerializer())) {
      int number = 0;
      while (!enough) {
        LockSupport.parkNanos(due(number) - System.nanoTime());
        if (System.nanoTime() >= due(number)) {
          producer.send(new ProducerRecord<>(topic, number, vectors.apply(number)));
          number++;
        }
      }
      return number;
    }
  }

  private long due(int number) {
    return begun + number * nanosBetween;
  }

  private void requireEachOnce(int sent) {
    BitSet numbers = new BitSet();
    seen.forEach(one -> numbers.set(one.number()));
    if (seen.size() != sent || numbers.cardinality() != sent) {
      throw new IllegalStateException(
          "%d vectors have %d scores, of %d vectors"
              .formatted(sent, seen.size(), numbers.cardinality()));
    }
  }

  private void report(Results out, int rate) {
    Histogram during = new Histogram(3);
    Histogram between = new Histogram(3);
    for (Seen one : seen) {
      long due = due(one.number());
      if (due >= begun + WARM_UP.toNanos()) {
        boolean swapped = swaps.stream().anyMatch(swap -> swap.has(due));
        (swapped ? during : between).recordValue(one.nanos() - due);
      }
    }
    out.line(
        "%d swaps between two versions of %s under %d vectors/s over %d partitions, one process,"
            + " exactly-once, a commit every 100 ms: ms from when a vector was due to when its"
            + " score was committed and read.",
        swaps.size(), TREES.label(), rate, PARTITIONS);
    out.line("");
    out.line("| | vectors | p50 | p99 | most |");
    out.line("|---|---|---|---|---|");
    row(out, "between swaps", between);
    row(out, "during swaps", during);
    out.line("");
    double ratio = during.getValueAtPercentile(99) / (double) between.getValueAtPercentile(99);
    out.line(
        "A swap took %.0f ms (mean). p99 during swaps is %.2f times that between; the bar is %.0f:"
            + " %s. Each vector has one score.",
        swaps.stream().mapToLong(swap -> swap.end() - swap.begin()).average().orElseThrow() / 1e6,
        ratio,
        BAR,
        ratio <= BAR ? "met" : "missed");
  }

  private static void row(Results out, String label, Histogram latencies) {
    out.line(
        "| %s | %d | %.0f | %.0f | %.0f |",
        label,
        latencies.getTotalCount(),
        latencies.getValueAtPercentile(50) / 1e6,
        latencies.getValueAtPercentile(99) / 1e6,
        latencies.getMaxValue() / 1e6);
  }
}
