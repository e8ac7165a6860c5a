package io.leat.cli.up;

import io.leat.cli.command.Endpoints;
import io.leat.cli.model.Versions;
import io.leat.common.Cleanup;
import io.leat.common.Lookups;
import io.leat.console.Findings;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.platform.Kind;
import io.leat.platform.Service;
import io.leat.platform.Services;
import io.leat.records.RegistryEntry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.CompactedTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a running stack through its broker: committed records of every stage's topic, how far
 * behind each job is, alerts and requests. One thread owns it.
 */
final class StackView implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StackView.class);

  /** The jobs that read topics as a consumer group, in the order data flows. */
  static final List<String> JOBS =
      Services.ALL.stream().filter(Service::hasGroup).map(Service::name).toList();

  private static final List<String> FINDINGS =
      List.of(Topics.DRIFT_ALERTS, Topics.RETRAINING_REQUESTS);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int ANSWER_MILLIS = 5_000;

  private final Pipeline pipeline;
  private final TopicCounts counts;
  private final Findings findings;
  private final List<String> stages;
  private final Map<String, String> readers; // topic to the Kafka Streams service that reads it
  private final Map<String, Object> settings;
  private final AvroCodec codec;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private @Nullable CompactedTopic<RegistryEntry> models;

  /**
   * @param counts what has been counted before; counted on here
   */
  StackView(Pipeline pipeline, Endpoints endpoints, TopicCounts counts) {
    this.pipeline = pipeline;
    this.counts = counts;
    this.codec = new AvroCodec(new RegistryClient(endpoints.registryUrl()));
    this.findings = new Findings(pipeline, codec);
    this.stages = stages(pipeline);
    this.readers = readers(pipeline);
    this.settings =
        Map.of(
            "bootstrap.servers",
            endpoints.bootstrapServers(),
            "default.api.timeout.ms",
            ANSWER_MILLIS,
            "request.timeout.ms",
            ANSWER_MILLIS - 1_000);
    this.admin = Admin.create(settings);
    Map<String, Object> reading = new HashMap<>(settings);
    reading.put("isolation.level", "read_committed");
    reading.put("auto.offset.reset", "none");
    reading.put("max.poll.records", 10_000);
    this.consumer =
        new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static List<String> stages(Pipeline pipeline) {
    List<String> topics = new ArrayList<>();
    for (Contract contract : pipeline.contracts()) {
      String event = contract.event();
      topics.addAll(List.of(event, Topics.valid(event), Topics.deadLetters(event)));
    }
    for (FeatureService service : pipeline.services()) {
      topics.add(Topics.features(service.name()));
    }
    for (Model model : pipeline.models()) {
      topics.addAll(List.of(Topics.scores(model.name()), Topics.unscored(model.name())));
    }
    return topics;
  }

  private static Map<String, String> readers(Pipeline pipeline) {
    Map<String, String> readers = new HashMap<>();
    for (Service service : Services.neededBy(pipeline)) {
      if (service.kind() == Kind.STREAMS) {
        service.topicsRead(pipeline).forEach(topic -> readers.put(topic, service.name()));
      }
    }
    return readers;
  }

  /**
   * Counts on to where the topics end now, but not for long: what is left is counted the next time.
   *
   * @throws ExecutionException if the broker does not answer, or lacks a topic
   * @throws RegistryException if it cannot be reached to read a finding
   */
  Figures take() throws InterruptedException, ExecutionException {
    if (consumer.assignment().isEmpty()) {
      assign();
    }
    // Committed first: what a job has committed by now is in its results when these are counted.
    Map<String, Map<TopicPartition, Long>> committed = new HashMap<>();
    for (String job : JOBS) {
      committed.put(job, committed(job));
    }
    boolean complete = countOn();
    Map<String, Long> topics = new HashMap<>();
    stages.forEach(topic -> topics.put(topic, counts.records(topic)));
    Map<String, Long> lag = new HashMap<>();
    for (String job : JOBS) {
      lag.put(job, lag(Lookups.required(committed, job)));
    }
    Map<String, Long> waiting = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      Long reached = Lookups.required(committed, Services.INGESTION).get(partition);
      if (reached != null) {
        waiting.merge(partition.topic(), behind(consumer.position(partition) - reached), Long::sum);
      }
    }
    return new Figures(
        Instant.now(), topics, lag, waiting, findings.summary(), complete, scoring());
  }

  /** What scores the vectors of each model, as the registry has it. */
  private Map<String, String> scoring() {
    if (models == null) {
      models = RegistryView.follow(settings, codec).orElse(null);
    }
    if (models == null) {
      return Map.of();
    }
    try {
      models.poll(Duration.ZERO);
    } catch (RuntimeException e) {
      Cleanup.after(e, models);
      models = null; // read from its beginning the next time
      throw e;
    }
    RegistryView view = RegistryView.of(models.values().values());
    Map<String, String> scoring = new HashMap<>();
    for (Model model : pipeline.models()) {
      view.model(model.name())
          .ifPresent(found -> scoring.put(model.name(), Versions.scoring(found, view)));
    }
    return scoring;
  }

  private void assign() throws InterruptedException, ExecutionException {
    List<String> topics = new ArrayList<>(stages);
    topics.addAll(FINDINGS);
    List<TopicPartition> partitions =
        admin.describeTopics(topics).allTopicNames().get().values().stream()
            .flatMap(
                topic ->
                    topic.partitions().stream()
                        .map(part -> new TopicPartition(topic.name(), part.partition())))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    for (TopicPartition partition : partitions) {
      TopicCounts.Counted known =
          counts
              .get(partition)
              .filter(
                  counted ->
                      counted.position()
                          <= Lookups.required(ends, partition)) // else it was made again
              .orElse(new TopicCounts.Counted(0, 0));
      counts.put(partition, known);
      consumer.seek(partition, known.position());
    }
  }

  /** True if everything up to the topics' ends has been counted. */
  private boolean countOn() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        count(consumer.poll(POLL));
      } catch (OffsetOutOfRangeException e) {
        e.partitions().forEach(this::countAgain);
      }
    }
    return true;
  }

  /** The log lost records where the count stands: what is there is counted from its beginning. */
  private void countAgain(TopicPartition partition) {
    log.warn("{} lost records that were to be counted next: it is counted again", partition);
    consumer.seekToBeginning(List.of(partition));
    counts.put(partition, new TopicCounts.Counted(consumer.position(partition), 0));
  }

  private void count(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      if (!FINDINGS.contains(partition.topic())) {
        counts.add(partition, consumer.position(partition), records.records(partition).size());
      }
    }
    Map<TopicPartition, Long> next = new HashMap<>();
    for (TopicPartition partition : records.partitions()) {
      if (FINDINGS.contains(partition.topic())) {
        next.put(partition, records.records(partition).get(0).offset());
      }
    }
    try {
      for (TopicPartition partition : List.copyOf(next.keySet())) {
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          findings.add(record);
          next.put(partition, record.offset() + 1);
        }
      }
    } catch (RegistryException e) {
      next.forEach(consumer::seek); // also those of partitions that were not come to
      throw e;
    }
  }

  /**
   * Where a job has committed each partition that it reads; the beginning of those that it has not
   * committed anything of.
   */
  private Map<TopicPartition, Long> committed(String job)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, Long> committed = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      if (job.equals(readers.get(partition.topic()))) {
        committed.put(partition, 0L);
      }
    }
    committed.replaceAll(consumer.beginningOffsets(committed.keySet())::getOrDefault);
    admin
        .listConsumerGroupOffsets(pipeline.name() + "-" + job)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach((partition, reached) -> committed.put(partition, reached.offset()));
    return committed;
  }

  /** Records that a job has not committed yet, over all topics that it reads. */
  private long lag(Map<TopicPartition, Long> committed)
      throws InterruptedException, ExecutionException {
    return ends(committed.keySet()).entrySet().stream()
        .mapToLong(end -> behind(end.getValue() - Lookups.required(committed, end.getKey())))
        .sum();
  }

  /**
   * A transaction ends with a marker that takes an offset which some consumers never commit past;
   * one record behind may therefore be none. Only what is more than that is reported.
   */
  private static long behind(long offsets) {
    return offsets <= 1 ? 0 : offsets;
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

  /** What an error says, as one sentence with its full stop. */
  static String sentence(Throwable error) {
    Throwable cause =
        error instanceof ExecutionException && error.getCause() != null ? error.getCause() : error;
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.endsWith(".") ? message : message + ".";
  }

  @Override
  public void close() {
    if (models != null) {
      models.close();
    }
    consumer.close();
    admin.close(TIMEOUT);
  }
}
