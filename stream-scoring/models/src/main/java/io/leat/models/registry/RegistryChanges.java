package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.AuditEvent;
import io.leat.records.RegisteredModel;
import io.leat.records.RegistryEntry;
import io.leat.records.VersionStanding;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.Change;
import io.leat.schemas.audit.ChangeLog;
import io.leat.schemas.audit.Entry;
import io.leat.schemas.topic.TopicLog;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the topic of the model registry, and writes it together with the audit. */
final class RegistryChanges {
  private final Map<String, Object> kafka;
  private final AvroCodec codec;
  private final ChangeLog changes;
  private final InstantSource clock;

  /** What a model's next standing is, of the present one. */
  interface Step {
    RegisteredModel next(RegistryView view, RegisteredModel before);
  }

  RegistryChanges(Map<String, ?> kafka, RegistryClient registry, InstantSource clock) {
    this.kafka = new HashMap<>(kafka);
    this.codec = new AvroCodec(registry);
    this.changes = new ChangeLog(kafka, registry, clock);
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /** As {@link ModelRegistry#view} has it. */
  RegistryView view() {
    return RegistryView.read(kafka, codec)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_APPLIED,
                    "There is no topic %s on this cluster: no pipeline was applied. Run 'leat apply'."
                        .formatted(Topics.MODEL_REGISTRY)));
  }

  boolean hasTopic(String name) {
    Optional<TopicLog> topic = TopicLog.find(kafka, name);
    topic.ifPresent(TopicLog::close);
    return topic.isPresent();
  }

  /** Writes what is decided of the registry as it is then, between no other's change. */
  <T> T write(Function<RegistryView, Change<T>> decide) {
    return changes.change(() -> decide.apply(view()));
  }

  /** Changes a model; what changes nothing writes nothing. */
  RegisteredModel change(String model, String action, Reason why, Step step) {
    return write(
        view -> {
          RegisteredModel before =
              view.model(model)
                  .orElseThrow(
                      () ->
                          new LeatException(
                              ErrorCode.INPUT,
                              "The registry has no model %s; it has %s. 'leat apply' or 'leat model publish' publishes one."
                                  .formatted(model, view.models().keySet())));
          RegisteredModel next = step.next(view, before);
          if (next.equals(before)) {
            return new Change<>(List.of(), Optional.empty(), before);
          }
          RegisteredModel after =
              RegisteredModel.newBuilder(next).setRevision(before.getRevision() + 1).build();
          return new Change<>(
              List.of(entry("model/" + model, after)),
              Optional.of(event(action, model, why, before, after).build()),
              after);
        });
  }

  AuditEvent.Builder event(
      String action,
      String model,
      Reason why,
      @Nullable RegisteredModel before,
      RegisteredModel after) {
    return AuditEvent.newBuilder()
        .setAction("model." + action)
        .setActor(why.actor())
        .setSubject(subject(model))
        .setDetails(Map.of())
        .setTime(now())
        .setBefore(before == null ? null : before.toString())
        .setAfter(after.toString())
        .setReason(why.text().orElse(null))
        .setEvidence(why.evidence());
  }

  /** The subject of a model's audit events. */
  static String subject(String model) {
    return "model " + model;
  }

  static Entry entry(String key, Object value) {
    return new Entry(Topics.MODEL_REGISTRY, key, new RegistryEntry(value));
  }

  static VersionStanding standing(RegisteredModel model, int number) {
    return model.getVersions().stream()
        .filter(one -> one.getNumber() == number)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a version without a standing: " + number));
  }
}
