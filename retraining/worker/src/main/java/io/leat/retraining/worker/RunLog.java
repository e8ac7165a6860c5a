package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.records.RetrainingRun;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs, as {@code retraining-runs} has them. Whoever opens it last writes alone: its producer's
 * transactional id fences off whoever opened it before. One thread owns it.
 */
final class RunLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunLog.class);

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final AvroCodec codec;
  private final KafkaProducer<byte[], byte[]> producer;

  /** Opens it; what another has begun to write is written whole or not at all by then. */
  RunLog(Map<String, ?> kafka, RegistryClient registry, String transactionalId) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
    this.codec = new AvroCodec(registry);
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      producer.close();
      throw e;
    }
  }

  /** The last record of each run, in the order in which the runs began. */
  Map<String, RetrainingRun> read() {
    Map<String, RetrainingRun> runs = new LinkedHashMap<>();
    try (TopicLog topic = TopicLog.open(kafka, Topics.RETRAINING_RUNS)) {
      topic.readToEnd(
          record -> {
            if (record.value() != null) {
              try {
                RetrainingRun run = codec.decode(record.value(), RetrainingRun.class);
                runs.put(run.getRunId(), run);
              } catch (MalformedValueException e) {
                log.warn(
                    "{}-{}, offset {} is no run, and is passed over: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
              }
            }
            return true;
          });
    }
    return runs;
  }

  /**
   * Writes what was done, and what is done next.
   *
   * @throws ProducerFencedException if another has opened the log since: nothing was written
   */
  void write(RetrainingRun run) {
    int id =
        registry.register(
            Topics.valueSubject(Topics.RETRAINING_RUNS), RetrainingRun.getClassSchema());
    byte[] value = codec.encode(id, run);
    producer.beginTransaction();
    producer.send(
        new ProducerRecord<>(Topics.RETRAINING_RUNS, run.getRunId().getBytes(UTF_8), value));
    producer.commitTransaction();
    log.info(
        "Run {} of model {}: {}{}: {}",
        run.getRunId(),
        run.getModel(),
        run.getState(),
        run.getStep().isEmpty() ? "" : ", then " + run.getStep(),
        run.getMessage());
  }

  @Override
  public void close() {
    producer.close(java.time.Duration.ofSeconds(5));
  }
}
