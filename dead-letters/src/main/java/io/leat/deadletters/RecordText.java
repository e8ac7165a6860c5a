package io.leat.deadletters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of one topic of the platform as JSON. What a contract protects is masked in its raw topic
 * and its dead letters, as {@link DeadLetterText} does; a topic that nobody knows is not shown at
 * all, unless in clear. A record that cannot be decoded is shown as such. Not thread-safe.
 */
public final class RecordText {
  private final DeadLetterText text;

  /**
   * @param pipeline that the topic is of; empty where it is not known
   * @param clear whether protected values are shown
   * @throws DeadLetterException if what its contract says cannot be known
   */
  public RecordText(
      String topic, Optional<Pipeline> pipeline, RegistryClient registry, boolean clear) {
    Optional<Contract> contract =
        pipeline.stream()
            .flatMap(known -> known.contracts().stream())
            .filter(
                known ->
                    topic.equals(known.event()) || topic.equals(Topics.deadLetters(known.event())))
            .findFirst();
    this.text =
        new DeadLetterText(
            contract.map(known -> new DeadLetterContract(known, registry)),
            registry,
            clear || (contract.isEmpty() && isBehindIngestion(topic, pipeline)));
  }

  /** Whether a topic holds nothing but what ingestion has protected. */
  private static boolean isBehindIngestion(String topic, Optional<Pipeline> pipeline) {
    return Topics.PLATFORM.contains(topic)
        || pipeline.stream()
            .anyMatch(
                known ->
                    known.contracts().stream()
                            .map(Contract::event)
                            .anyMatch(
                                event ->
                                    topic.equals(Topics.valid(event))
                                        || topic.equals(Topics.late(event)))
                        || known.services().stream()
                            .anyMatch(service -> topic.equals(Topics.features(service.name())))
                        || known.models().stream()
                            .anyMatch(
                                model ->
                                    topic.equals(Topics.scores(model.name()))
                                        || topic.equals(Topics.shadowScores(model.name()))
                                        || topic.equals(Topics.unscored(model.name()))));
  }

  /**
   * The record: topic, partition, offset, time, event_time where it has one, key, headers, value.
   */
  public ObjectNode json(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("topic", record.topic());
    json.put("partition", record.partition());
    json.put("offset", record.offset());
    json.put("time", Instant.ofEpochMilli(record.timestamp()).toString());
    eventTime(record).ifPresent(time -> json.put("event_time", time));
    try {
      ObjectNode content = text.json(new DeadLetterRecord(record));
      json.set("key", content.get("key"));
      json.set("headers", content.get("headers"));
      json.set("value", content.get("value"));
    } catch (RuntimeException e) { // one record must not keep the others from being seen
      json.put("unreadable", String.valueOf(e.getMessage()));
    }
    return json;
  }

  private static Optional<String> eventTime(
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    try {
      return RecordHeaders.get(record.headers(), RecordHeaders.EVENT_TIME)
          .map(millis -> Instant.ofEpochMilli(Long.parseLong(millis)).toString());
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty(); // a producer's header of that name
    }
  }
}
