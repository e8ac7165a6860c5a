package io.leat.models.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.records.AuditEvent;
import io.leat.records.ModelRole;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What became of a model, as the audit has it. Immutable.
 *
 * @param events of the model, oldest first
 */
public record ModelHistory(List<AuditEvent> events) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public ModelHistory {
    events = List.copyOf(events);
  }

  /**
   * Reads the audit from its beginning.
   *
   * @throws io.leat.common.LeatException if there is none, or the brokers do not answer
   */
  public static ModelHistory read(Map<String, ?> kafka, AvroCodec codec, String model) {
    List<AuditEvent> events = new ArrayList<>();
    try (TopicLog audit = TopicLog.open(kafka, Topics.AUDIT)) {
      audit.readToEnd(
          record -> {
            byte[] value = record.value();
            if (value != null) {
              event(codec, value)
                  .filter(event -> event.getSubject().equals(RegistryChanges.subject(model)))
                  .filter(event -> event.getAfter() != null)
                  .ifPresent(events::add);
            }
            return true;
          });
    }
    return new ModelHistory(events);
  }

  private static Optional<AuditEvent> event(AvroCodec codec, byte[] value) {
    try {
      return Optional.of(codec.decode(value, AuditEvent.class));
    } catch (MalformedValueException e) {
      return Optional.empty(); // anybody may write there; 'leat audit verify' names it
    }
  }

  /** The number of the champion that an event left behind; empty where it left none. */
  public static OptionalInt champion(AuditEvent event) {
    JsonNode after;
    try {
      after = JSON.readTree(event.getAfter());
    } catch (JsonProcessingException e) {
      return OptionalInt.empty();
    }
    for (JsonNode arm : after.path("rollout").path("arms")) {
      if (arm.path("role").asText().equals(ModelRole.CHAMPION.name())) {
        return OptionalInt.of(arm.path("number").asInt());
      }
    }
    return OptionalInt.empty();
  }

  /** The numbers of the versions that score, in whatever role, after an event. */
  public static Set<Integer> numbers(AuditEvent event) {
    Set<Integer> numbers = new TreeSet<>();
    try {
      JSON.readTree(event.getAfter())
          .path("rollout")
          .path("arms")
          .forEach(arm -> numbers.add(arm.path("number").asInt()));
    } catch (JsonProcessingException e) {
      return Set.of();
    }
    return numbers;
  }

  /** Whether after an event the rollout is in a stage, and may go back. */
  public static boolean isInStage(AuditEvent event) {
    try {
      return JSON.readTree(event.getAfter()).path("rollout").path("stage").isNumber();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** The last event, if it gave all vectors back to the champion before a rollout. */
  public Optional<AuditEvent> wentBack() {
    List<AuditEvent> rollouts = rollouts();
    return rollouts.isEmpty()
        ? Optional.empty()
        : Optional.of(rollouts.get(rollouts.size() - 1))
            .filter(event -> event.getAction().equals("model.back"));
  }

  /** The events, each with a rollout other than the one before it, oldest first. */
  public List<AuditEvent> rollouts() {
    List<AuditEvent> rollouts = new ArrayList<>();
    long last = 0;
    for (AuditEvent event : events) {
      long revision = revision(event);
      if (revision > last) {
        rollouts.add(event);
        last = revision;
      }
    }
    return rollouts;
  }

  /** The revision of the rollout after an event; 0 where there is none. */
  public static long revision(AuditEvent event) {
    try {
      return JSON.readTree(event.getAfter()).path("rollout").path("revision").asLong();
    } catch (JsonProcessingException e) {
      return 0;
    }
  }

  /** The event that put there what scored at a time; empty where nothing did. */
  public Optional<AuditEvent> at(Instant time) {
    return rollouts().stream()
        .filter(event -> !event.getTime().isAfter(time))
        .reduce((first, last) -> last);
  }

  /** The event that began a rollout; empty where the audit has none. */
  public Optional<AuditEvent> rollout(long revision) {
    return rollouts().stream().filter(event -> revision(event) == revision).findFirst();
  }

  /** The champion before the present one: another version; empty where there was none. */
  public OptionalInt earlierChampion() {
    List<AuditEvent> newestFirst = new ArrayList<>(rollouts());
    Collections.reverse(newestFirst);
    OptionalInt now = OptionalInt.empty();
    for (AuditEvent event : newestFirst) {
      if (isInStage(event)) {
        continue; // nobody is put there by it: a rollout may still go back
      }
      OptionalInt champion = champion(event);
      if (now.isEmpty()) {
        now = champion;
      } else if (champion.isPresent() && champion.getAsInt() != now.getAsInt()) {
        return champion;
      }
    }
    return OptionalInt.empty();
  }
}
