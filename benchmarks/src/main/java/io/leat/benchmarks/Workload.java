package io.leat.benchmarks;

import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The pipeline that is measured, its raw topic full of payments, and the services that drain it.
 */
final class Workload {
  private final Cluster cluster;
  private final Path folder;
  private final Contract contract;
  private final long events;
  private final Duration span;
  private long bytes;
  private int runs;

  private Workload(Cluster cluster, Path folder, Contract contract, long events, Duration span) {
    this.cluster = cluster;
    this.folder = folder;
    this.contract = contract;
    this.events = events;
    this.span = span;
  }

  /** A service that runs, with the consumer group that tells how far it is. */
  record Service(JvmProcess process, String group, Path state) implements AutoCloseable {
    @Override
    public void close() {
      if (process.isAlive()) {
        process.stop();
      }
    }
  }

  /**
   * Makes the topics and fills the raw one.
   *
   * @param span event time from the first event to the last, which is now
   */
  static Workload fill(Cluster cluster, Path folder, long events, Duration span)
      throws PipelineException, ExecutionException, InterruptedException {
    Pipeline pipeline = PipelineReader.read(folder);
    Workload workload = new Workload(cluster, folder, pipeline.contracts().get(0), events, span);
    workload.apply(pipeline);
    workload.produce();
    return workload;
  }

  long events() {
    return events;
  }

  /** Mean size of a value in bytes, framing included. */
  long meanBytes() {
    return bytes / events;
  }

  String raw() {
    return contract.event();
  }

  String valid() {
    return Topics.valid(contract.event());
  }

  /** Empties what services write to, and forgets nothing else: the raw topic stays. */
  void reset() throws PipelineException, ExecutionException, InterruptedException {
    cluster.deleteTopics(List.of(valid(), Topics.deadLetters(raw())));
    apply(PipelineReader.read(folder));
  }

  /**
   * Starts a service that has read nothing yet: each has a pipeline name, and so a group, of its
   * own.
   */
  Service start(Rung rung, List<String> jvmOptions) throws IOException {
    String name = "run-" + ++runs;
    Path directory = cluster.directory().resolve(name);
    Path copy = directory.resolve("pipeline");
    FeatureJob.copyPipeline(folder, copy, name, path -> true);
    List<String> arguments = new ArrayList<>();
    if (rung.main() == CopyMain.class) {
      arguments.add(rung.name());
    }
    arguments.addAll(
        List.of(
            "--pipeline", copy.toString(),
            "--bootstrap-servers", cluster.bootstrapServers(),
            "--registry-url", cluster.registryUrl(),
            "--state-dir", directory.resolve("state").toString(),
            "--http-port", "0"));
    return new Service(
        JvmProcess.start(
            JvmProcess.Command.of(
                    rung.label(),
                    System.getProperty("java.class.path"),
                    rung.main().getName(),
                    arguments,
                    directory.resolve("service.log"))
                .withJvmOptions(jvmOptions.toArray(String[]::new))),
        name + "-ingestion",
        directory.resolve("state"));
  }

  private void apply(Pipeline pipeline) {
    new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
  }

  private void produce() {
    RegistryClient registry = cluster.newRegistryClient();
    int id = registry.register(Topics.valueSubject(raw()), contract.schema());
    AvroCodec codec = new AvroCodec(registry);
    long first = Instant.now().minus(span).toEpochMilli();
    Payments payments = new Payments(contract.schema(), first, span.toMillis() / events);
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
      for (long number = 0; number < events; number++) {
        byte[] value = codec.encode(id, payments.payment(number));
        bytes += value.length;
        producer.send(new ProducerRecord<>(raw(), payments.key(number), value));
      }
    }
  }
}
