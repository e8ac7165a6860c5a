package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.EventIdentity;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.nio.file.Path;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Stands in for ingestion: makes a pipeline's topics and writes valid events, headers and all. */
public final class ValidEvents implements AutoCloseable {
  private final Contract contract;
  private final EventIdentity identity;
  private final AvroCodec codec;
  private final int schemaId;
  private final TopicWriter writer;
  private long sent;

  public ValidEvents(TestCluster cluster, Contract contract) {
    RegistryClient registry = cluster.newRegistryClient();
    this.contract = contract;
    this.identity = new EventIdentity(contract);
    this.codec = new AvroCodec(registry);
    this.schemaId =
        registry.register(Topics.valueSubject(Topics.valid(contract.event())), contract.schema());
    this.writer = cluster.newWriter();
  }

  /** Folder of a pipeline among the test resources. */
  public static Path folder(String name) {
    return Path.of(System.getProperty("leat.project"), "tests/features/src/test/resources", name);
  }

  /** Reads a pipeline and makes the topics that the online store reads and writes. */
  public static Pipeline prepare(TestCluster cluster, Path folder) throws PipelineException {
    Pipeline pipeline = PipelineReader.read(folder);
    for (Contract contract : pipeline.contracts()) {
      cluster.createTopic(
          Topics.valid(contract.event()),
          contract.topic().partitions(),
          Map.of("message.timestamp.type", "LogAppendTime"));
      cluster.createTopic(Topics.late(contract.event()), contract.topic().partitions(), Map.of());
    }
    for (FeatureService service : pipeline.services()) {
      cluster.createTopic(
          Topics.features(service.name()),
          pipeline.contract(service.spine()).orElseThrow().topic().partitions(),
          Map.of("message.timestamp.type", "LogAppendTime"));
    }
    return pipeline;
  }

  /** Sends an event, keyed as the contract says. */
  public void send(GenericRecord event) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.valid(contract.event()),
            String.valueOf(event.get(contract.key().orElseThrow())).getBytes(UTF_8),
            codec.encode(schemaId, event));
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, identity.id(event));
    RecordHeaders.set(
        record.headers(),
        RecordHeaders.EVENT_TIME,
        Long.toString(Math.floorDiv(identity.timeMicros(event), 1_000)));
    RecordHeaders.set(record.headers(), RecordHeaders.CONTRACT, contract.event());
    RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, contract.event() + "/0/" + sent++);
    writer.send(record);
  }

  /** Waits until all that was sent is on its topic. */
  public void flush() {
    writer.flush();
  }

  @Override
  public void close() {
    writer.close();
  }
}
