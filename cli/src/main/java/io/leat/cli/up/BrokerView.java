package io.leat.cli.up;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the broker knows of a running pipeline: how much lies in a topic, how far behind a job is,
 * which alerts and requests there are. One thread owns it.
 */
final class BrokerView implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> findings;
  private final AvroCodec codec;
  private long alertsOpened;
  private long alertsClosed;
  private long requests;
  private Optional<DriftAlert> lastAlert = Optional.empty();
  private Optional<RetrainingRequest> lastRequest = Optional.empty();

  BrokerView(String bootstrapServers, RegistryClient registry) {
    admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "default.api.timeout.ms",
                5_000,
                "request.timeout.ms",
                3_000));
    findings =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "default.api.timeout.ms",
                5_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    codec = new AvroCodec(registry);
    List<TopicPartition> partitions =
        List.of(Topics.DRIFT_ALERTS, Topics.RETRAINING_REQUESTS).stream()
            .flatMap(topic -> findings.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    findings.assign(partitions);
    findings.seekToBeginning(partitions);
  }

  /** Alerts and requests so far, with the newest of each. */
  record Findings(
      long alertsOpened,
      long alertsClosed,
      Optional<DriftAlert> lastAlert,
      long requests,
      Optional<RetrainingRequest> lastRequest) {}

  /** Reads on in the alerts and requests that are committed. */
  Findings findings() {
    for (ConsumerRecord<byte[], byte[]> record : findings.poll(POLL)) {
      if (record.topic().equals(Topics.DRIFT_ALERTS)) {
        DriftAlert alert = codec.decode(record.value(), DriftAlert.class);
        if (alert.getState() == AlertState.OPEN) {
          alertsOpened++;
          lastAlert = Optional.of(alert);
        } else {
          alertsClosed++;
        }
      } else {
        requests++;
        lastRequest = Optional.of(codec.decode(record.value(), RetrainingRequest.class));
      }
    }
    return new Findings(alertsOpened, alertsClosed, lastAlert, requests, lastRequest);
  }

  /**
   * Sum of a topic's end offsets: the number of its records where no producer of it is
   * transactional.
   */
  long end(String topic) throws InterruptedException, ExecutionException {
    return ends(partitions(List.of(topic))).values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Records that a group has not committed yet, over all topics that it has committed anything of.
   */
  long lag(String group) throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    // A transaction ends with a marker that takes an offset which some consumers never commit past;
    // one record behind
    // may therefore be none. Only what is more than that is told as lag.
    return ends(committed.keySet()).entrySet().stream()
        .mapToLong(end -> Math.max(0, end.getValue() - committed.get(end.getKey()).offset()))
        .map(behind -> behind <= 1 ? 0 : behind)
        .sum();
  }

  private Collection<TopicPartition> partitions(List<String> topics)
      throws InterruptedException, ExecutionException {
    return admin.describeTopics(topics).allTopicNames().get().values().stream()
        .flatMap(
            topic ->
                topic.partitions().stream()
                    .map(partition -> new TopicPartition(topic.name(), partition.partition())))
        .collect(Collectors.toList());
  }

  private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    partitions.forEach(partition -> wanted.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(wanted)
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  @Override
  public void close() {
    findings.close();
    admin.close(Duration.ofSeconds(5));
  }
}
