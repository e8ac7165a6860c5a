package io.leat.console;

import io.leat.common.Lookups;
import io.leat.console.Snapshot.DeadLetters;
import io.leat.console.Snapshot.Shown;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import io.leat.schemas.deadletter.DeadLetterReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what the console shows out of the platform's topics. One thread owns it.
 *
 * <p>Dead letters, alerts and requests are read from their first record on, for their counts are of
 * the log, not of a process's life. Of all other topics only the newest records are read, as many
 * as are shown, so that the console costs the brokers the same however much passes.
 */
final class LogReader implements AutoCloseable {
  /** Newest records that are shown of a topic. */
  static final int NEWEST = 20;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LONGEST_READ = Duration.ofSeconds(3);
  private static final int LONGEST_VALUE = 2_000;
  private static final String UNKNOWN_REASON = "UNKNOWN";

  private final Pipeline pipeline;
  private final AvroCodec codec;
  private final KafkaConsumer<byte[], byte[]> logs;
  private final KafkaConsumer<byte[], byte[]> tails;
  private final Map<String, Map<String, DeadLetters>> deadLetters = new HashMap<>();
  private final Findings findings;

  /**
   * @param kafka settings of every client: the brokers' addresses, and how to get in
   */
  LogReader(Pipeline pipeline, Map<String, Object> kafka, RegistryClient registry) {
    this.pipeline = pipeline;
    this.codec = new AvroCodec(registry);
    this.findings = new Findings(pipeline, codec);
    this.logs = consumer(kafka);
    this.tails = consumer(kafka);
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("isolation.level", "read_committed");
    settings.put("auto.offset.reset", "none");
    settings.put("enable.auto.commit", false);
    settings.put("default.api.timeout.ms", 5_000);
    settings.put("request.timeout.ms", 4_000);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Topics of what was refused: dead letters of ingestion, and vectors that were not scored. */
  static List<String> refusals(Pipeline pipeline) {
    List<String> topics = new ArrayList<>();
    pipeline.contracts().forEach(contract -> topics.add(Topics.deadLetters(contract.event())));
    pipeline.models().forEach(model -> topics.add(Topics.unscored(model.name())));
    return topics;
  }

  /** Topics whose newest records are shown, in the order data flows. */
  static List<String> shown(Pipeline pipeline) {
    Set<String> topics = new LinkedHashSet<>();
    for (Contract contract : pipeline.contracts()) {
      topics.add(Topics.valid(contract.event()));
      topics.add(Topics.deadLetters(contract.event()));
      topics.add(Topics.late(contract.event()));
    }
    for (FeatureService service : pipeline.services()) {
      topics.add(Topics.features(service.name()));
    }
    for (Model model : pipeline.models()) {
      topics.add(Topics.scores(model.name()));
      if (pipeline.service(model.service()).flatMap(FeatureService::label).isPresent()) {
        topics.add(Topics.outcomes(model.name()));
      }
    }
    topics.addAll(
        List.of(
            Topics.DRIFT_METRICS,
            Topics.DRIFT_ALERTS,
            Topics.RETRAINING_REQUESTS,
            Topics.RETRAINING_RUNS,
            Topics.AUDIT));
    return List.copyOf(topics);
  }

  /**
   * Reads on, for some seconds at most; what is left is read the next time.
   *
   * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
   * @throws RegistryException if the registry does not
   */
  Snapshot read(Instant now, Flow flow) {
    readFindings();
    Map<String, List<Shown>> newest = readTails();
    List<DeadLetters> refused =
        deadLetters.values().stream()
            .flatMap(byReason -> byReason.values().stream())
            .sorted(Comparator.comparingLong(DeadLetters::count).reversed())
            .toList();
    Findings.Summary found = findings.summary();
    return new Snapshot(
        now, flow, refused, found.open(), found.newestRequests(), newest, Optional.empty());
  }

  private void readFindings() {
    if (logs.assignment().isEmpty()) {
      List<String> topics = new ArrayList<>(refusals(pipeline));
      topics.addAll(List.of(Topics.DRIFT_ALERTS, Topics.RETRAINING_REQUESTS));
      Collection<TopicPartition> partitions = partitions(logs, topics);
      logs.assign(partitions);
      logs.seekToBeginning(partitions);
    }
    Map<TopicPartition, Long> ends = logs.endOffsets(logs.assignment());
    long deadline = System.nanoTime() + LONGEST_READ.toNanos();
    while (isBehind(logs, ends) && System.nanoTime() < deadline) {
      ConsumerRecords<byte[], byte[]> polled = logs.poll(POLL);
      Map<TopicPartition, Long> next = new HashMap<>();
      polled.partitions().forEach(part -> next.put(part, polled.records(part).get(0).offset()));
      try {
        for (ConsumerRecord<byte[], byte[]> record : polled) {
          take(record);
          next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        }
      } catch (RegistryException e) {
        next.forEach(logs::seek); // also those of partitions that were not come to
        throw e;
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (List.of(Topics.DRIFT_ALERTS, Topics.RETRAINING_REQUESTS).contains(record.topic())) {
      findings.add(record);
    } else {
      DeadLetterReader deadLetter = new DeadLetterReader(record.headers());
      String reason = deadLetter.reason().orElse(UNKNOWN_REASON);
      String says = deadLetter.message();
      deadLetters
          .computeIfAbsent(record.topic(), topic -> new HashMap<>())
          .merge(
              reason,
              new DeadLetters(record.topic(), reason, 1, says, position(record)),
              (before, newer) ->
                  new DeadLetters(
                      newer.topic(),
                      reason,
                      before.count() + 1,
                      newer.example(),
                      newer.position()));
    }
  }

  private Map<String, List<Shown>> readTails() {
    Collection<TopicPartition> partitions = partitions(tails, shown(pipeline));
    tails.assign(partitions);
    Map<TopicPartition, Long> starts = tails.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = tails.endOffsets(partitions);
    for (TopicPartition partition : partitions) {
      // Transactions' markers take offsets too: twice as many are looked at.
      tails.seek(
          partition,
          Math.max(
              Lookups.required(starts, partition), Lookups.required(ends, partition) - 2 * NEWEST));
    }
    Map<String, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
    long deadline = System.nanoTime() + LONGEST_READ.toNanos();
    while (isBehind(tails, ends) && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : tails.poll(POLL)) {
        found.computeIfAbsent(record.topic(), topic -> new ArrayList<>()).add(record);
      }
    }
    Map<String, List<Shown>> newest = new HashMap<>();
    found.forEach(
        (topic, records) ->
            newest.put(
                topic,
                records.stream()
                    .sorted(
                        Comparator.<ConsumerRecord<byte[], byte[]>>comparingLong(
                                ConsumerRecord::timestamp)
                            .thenComparing(ConsumerRecord::offset)
                            .reversed())
                    .limit(NEWEST)
                    .map(this::show)
                    .toList()));
    return newest;
  }

  private Shown show(ConsumerRecord<byte[], byte[]> record) {
    return new Shown(
        position(record),
        Instant.ofEpochMilli(record.timestamp()),
        record.key() == null ? "" : text(record.key()),
        cut(value(record)));
  }

  /**
   * A dead letter's bytes may hold what the contract protects: of those only the reason is shown.
   */
  private String value(ConsumerRecord<byte[], byte[]> record) {
    if (refusals(pipeline).contains(record.topic())) {
      DeadLetterReader deadLetter = new DeadLetterReader(record.headers());
      String reason = deadLetter.reason().orElse(UNKNOWN_REASON);
      return deadLetter.message().isEmpty() ? reason : reason + ": " + deadLetter.message();
    }
    if (record.value() == null) {
      return "null";
    }
    try {
      Schema writer = codec.writerSchema(record.value());
      GenericRecord decoded = codec.decode(record.value(), writer);
      return writer.getFullName().equals(FeatureVector.getClassSchema().getFullName())
          ? vector(decoded, writer)
          : GenericData.get().toString(decoded);
    } catch (MalformedValueException e) {
      return text(record.value());
    }
  }

  /** The features by their names, which the topic's schema carries. */
  private static String vector(GenericRecord vector, Schema schema) {
    List<String> names = FeatureVectorSchema.names(schema);
    List<?> values = (List<?>) vector.get("values");
    Map<String, Object> byName = new LinkedHashMap<>();
    byName.put("event_id", vector.get("event_id"));
    byName.put("event_time", vector.get("event_time"));
    for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
      byName.put(names.get(i), values.get(i));
    }
    return GenericData.get().toString(byName);
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, NEWEST));
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
  }

  private static boolean isBehind(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
  }

  /** The partitions of those topics that exist. */
  private static Collection<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, Collection<String> topics) {
    Map<String, List<PartitionInfo>> existing = consumer.listTopics();
    return topics.stream()
        .flatMap(topic -> existing.getOrDefault(topic, List.of()).stream())
        .map(part -> new TopicPartition(part.topic(), part.partition()))
        .collect(Collectors.toList());
  }

  private static String position(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "/" + record.partition() + "/" + record.offset();
  }

  @Override
  public void close() {
    logs.close();
    tails.close();
  }
}
