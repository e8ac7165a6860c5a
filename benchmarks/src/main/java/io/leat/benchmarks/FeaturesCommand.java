package io.leat.benchmarks;

import io.leat.features.online.OnlineStore;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast a feature view is, beside a bare get and put with changelog in the same run. */
@Command(
    name = "features",
    mixinStandardHelpOptions = true,
    description =
        "A view of 4 aggregations x 3 exact windows, exactly-once, beside get+put with changelog.")
final class FeaturesCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofMinutes(15);

  @Option(
      names = "--events",
      defaultValue = "4000000",
      description = "The first half warms up. Default: ${DEFAULT-VALUE}.")
  private int events;

  @Option(
      names = "--forks",
      defaultValue = "3",
      description = "How often each rung runs, in ABBA order. Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--jvm-option",
      defaultValue = "-Xmx1g",
      description = "Of the services that are measured. Default: ${DEFAULT-VALUE}.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  private static final Path FOLDER = Path.of("benchmarks/pipelines/view");

  private enum Step {
    GET_PUT("get and put of 512 bytes"),
    VIEW("view"),
    VECTOR("view and vectors");

    private final String label;

    Step(String label) {
      this.label = label;
    }
  }

  /** Events a second of wall clock and of the service's CPU, over the second half of the events. */
  private record Speed(double perSecond, double perCpuSecond) {}

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(
            results, "benchmarks/run features --events %d --forks %d".formatted(events, forks));
    Map<Step, List<Speed>> speeds = new EnumMap<>(Step.class);
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Pipeline pipeline = PipelineReader.read(FOLDER);
      new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
      fill(cluster, pipeline.contracts().get(0));
      for (int fork = 0; fork < forks; fork++) {
        List<Step> order = new ArrayList<>(List.of(Step.values()));
        if (fork % 2 == 1) {
          Collections.reverse(order);
        }
        for (Step step : order) {
          Speed speed =
              drain(cluster, step, "run-" + fork + "-" + step.name().toLowerCase(Locale.ROOT));
          System.out.println(step.label + ": " + speed);
          speeds.computeIfAbsent(step, key -> new ArrayList<>()).add(speed);
        }
      }
    }
    out.line(
        "Exactly-once, one stream thread, second half of the events; medians; in brackets the ratio"
            + " to get and put.");
    out.line("");
    out.line("| | events/s | events/CPU-s |");
    out.line("|---|---|---|");
    for (Step step : Step.values()) {
      out.line(
          "| %s | %s | %s |",
          step.label,
          beside(speeds, step, Speed::perSecond),
          beside(speeds, step, Speed::perCpuSecond));
    }
    out.append();
    return 0;
  }

  private void fill(Cluster cluster, Contract contract) {
    RegistryClient registry = cluster.newRegistryClient();
    String valid = Topics.valid(contract.event());
    int id = registry.register(Topics.valueSubject(valid), contract.schema());
    AvroCodec codec = new AvroCodec(registry);
    long span = Duration.ofDays(40).toMillis();
    Payments payments =
        new Payments(contract.schema(), Instant.now().toEpochMilli() - span, span / events);
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
      for (int number = 0; number < events; number++) {
        GenericRecord payment = payments.payment(number);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(valid, payments.key(number), codec.encode(id, payment));
        RecordHeaders.set(
            record.headers(), RecordHeaders.EVENT_ID, payment.get("payment_id").toString());
        RecordHeaders.set(
            record.headers(), RecordHeaders.EVENT_TIME, payment.get("paid_at").toString());
        RecordHeaders.set(record.headers(), RecordHeaders.CONTRACT, contract.event());
        RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, "payments/0/" + number);
        producer.send(record);
      }
    }
  }

  private Speed drain(Cluster cluster, Step step, String name)
      throws IOException, ExecutionException, InterruptedException {
    Class<?> main = step == Step.GET_PUT ? GetPutMain.class : OnlineStore.class;
    try (FeatureJob job =
        FeatureJob.start(
            cluster,
            main,
            FOLDER,
            name,
            path -> step != Step.VIEW || !path.getParent().endsWith("services"),
            jvmOptions,
            List.of())) {
      long[] half = await(cluster, job, events / 2);
      long[] last = await(cluster, job, events);
      double drained = last[0] - half[0];
      return new Speed(drained * 1e9 / (last[1] - half[1]), drained * 1e3 / (last[2] - half[2]));
    }
  }

  /** Committed events, nanoseconds, and milliseconds of CPU, once so many are committed. */
  private static long[] await(Cluster cluster, FeatureJob job, long wanted)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() < deadline) {
      JvmProcess process = job.process();
      if (!process.isAlive()) {
        throw process.died();
      }
      long committed = cluster.committed(job.group(), "payments.valid");
      if (committed >= wanted) {
        return new long[] {
          committed, System.nanoTime(), (long) (ProcessUsage.cpuSeconds(process.pid()) * 1e3)
        };
      }
      Thread.sleep(10);
    }
    throw new IllegalStateException(
        "%s has not committed %d events; its log is %s"
            .formatted(job.process().name(), wanted, job.process().logFile()));
  }

  private static String beside(
      Map<Step, List<Speed>> speeds, Step step, ToDoubleFunction<Speed> what) {
    double median = median(speeds.get(step), what);
    return "%.0f (%.2f)".formatted(median, median / median(speeds.get(Step.GET_PUT), what));
  }

  private static double median(List<Speed> speeds, ToDoubleFunction<Speed> what) {
    double[] sorted = speeds.stream().mapToDouble(what).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElseThrow();
  }
}
