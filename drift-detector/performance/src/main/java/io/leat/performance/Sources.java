package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.drift.Segmenter;
import io.leat.features.engine.EventIdentity;
import io.leat.features.engine.LabelField;
import io.leat.features.engine.Micros;
import io.leat.performance.Part.Described;
import io.leat.performance.Part.Labelled;
import io.leat.performance.Part.Named;
import io.leat.performance.Part.Scored;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.records.Outcome;
import io.leat.records.Score;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/** What reads the topics that one model's join takes, and makes parts of what they hold. */
final class Sources {
  private final LabelledModel model;
  private final Pipeline pipeline;
  private final RegistryClient registry;
  private final RegistryRetry retry;

  Sources(LabelledModel model, Pipeline pipeline, RegistryClient registry, RegistryRetry retry) {
    this.model = model;
    this.pipeline = pipeline;
    this.registry = registry;
    this.retry = retry;
  }

  /** Of a value, the key that its parts meet by, and the part; empty where it says nothing. */
  private interface Reader {
    Optional<Keyed> read(byte[] value);
  }

  private record Keyed(String key, Part part) {}

  ProcessorSupplier<byte[], byte[], byte[], byte[]> scores() {
    return reading(
        () -> {
          AvroCodec codec = new AvroCodec(registry);
          return value -> score(retry.call(() -> codec.decode(value, Score.class)));
        });
  }

  ProcessorSupplier<byte[], byte[], byte[], byte[]> vectors() {
    return reading(
        () -> {
          AvroCodec codec = new AvroCodec(registry);
          Segmenter segmenter = new Segmenter(model.segments(), model.service().featureNames());
          return value ->
              vector(retry.call(() -> codec.decode(value, FeatureVector.class)), segmenter);
        });
  }

  /** Of the event that brings the labels. */
  ProcessorSupplier<byte[], byte[], byte[], byte[]> labels() {
    return reading(
        () -> {
          LabelField field = new LabelField(pipeline, model.from().event(), model.label().field());
          EventIdentity identity = new EventIdentity(model.from());
          EventReader events = new EventReader(model.from());
          return value -> {
            GenericRecord event = events.read(value);
            String id = identity.id(event);
            Object on = model.isOwnLabel() ? id : event.get(model.label().on());
            return Optional.ofNullable(on)
                .map(
                    key ->
                        new Keyed(
                            key.toString(),
                            new Labelled(identity.timeMicros(event), id, field.read(event))));
          };
        });
  }

  /** Of the spine, where the label names events by something else than their id. */
  ProcessorSupplier<byte[], byte[], byte[], byte[]> names() {
    return reading(
        () -> {
          EventIdentity identity = new EventIdentity(model.spine());
          EventReader events = new EventReader(model.spine());
          return value -> {
            GenericRecord event = events.read(value);
            Object on = event.get(model.label().on());
            return Optional.of(
                new Keyed(
                    identity.id(event),
                    new Named(identity.timeMicros(event), on == null ? null : on.toString())));
          };
        });
  }

  private final class EventReader {
    private final AvroCodec codec = new AvroCodec(registry);
    private final Contract contract;

    EventReader(Contract contract) {
      this.contract = contract;
    }

    GenericRecord read(byte[] value) {
      return retry.call(() -> codec.decode(value, contract.schema()));
    }
  }

  private static Optional<Keyed> score(Score score) {
    Outcome outcome =
        Outcome.newBuilder()
            .setModel(score.getModel())
            .setModelVersion(score.getModelVersion())
            .setModelNumber(score.getModelNumber())
            .setRole(score.getRole())
            .setRollout(score.getRollout())
            .setStage(score.getStage())
            .setPropensity(score.getPropensity())
            .setEventId(score.getEventId())
            .setEventTime(score.getEventTime())
            .setScore(score.getScore())
            .setDecision(score.getDecision())
            .setSource(score.getSource())
            .setFallback(score.getFallback())
            .setKnownAt(Instant.EPOCH) // it is not known yet
            .build();
    return Optional.of(new Keyed(score.getEventId(), new Scored(outcome, false)));
  }

  private Optional<Keyed> vector(FeatureVector vector, Segmenter segmenter) {
    long time =
        vector.getEventTimeMicros() == null
            ? Micros.of(vector.getEventTime())
            : Micros.of(vector.getEventTimeMicros());
    return Optional.of(
        new Keyed(
            vector.getEventId(),
            new Described(time, vector.getKeys(), segments(vector, segmenter), inputs(vector))));
  }

  private Inputs inputs(FeatureVector vector) {
    return model.monitors().isEmpty()
            || !vector.getDefinition().equals(model.service().definition())
        ? Inputs.NONE
        : Inputs.of(vector.getDefinition(), vector.getValues());
  }

  /** None where the vector is of another definition, whose features may be others. */
  private Map<String, String> segments(FeatureVector vector, Segmenter segmenter) {
    Map<String, String> segments = new HashMap<>();
    if (!model.segments().isEmpty()
        && vector.getDefinition().equals(model.service().definition())) {
      String[] values = segmenter.of(vector.getValues());
      for (int key = 0; key < values.length; key++) {
        if (values[key] != null) {
          segments.putIfAbsent(model.segments().get(key).name(), values[key]);
        }
      }
    }
    return segments;
  }

  private ProcessorSupplier<byte[], byte[], byte[], byte[]> reading(Supplier<Reader> readers) {
    return () ->
        new ContextualProcessor<>() {
          private final Reader reader = readers.get();
          private final PartCodec parts = new PartCodec(model.name(), registry, retry);

          @Override
          public void process(Record<byte[], byte[]> record) {
            if (record.value() == null) {
              return; // it says nothing
            }
            reader
                .read(record.value())
                .ifPresent(
                    keyed ->
                        context()
                            .forward(
                                new Record<>(
                                    keyed.key().getBytes(UTF_8),
                                    parts.write(keyed.part()),
                                    record.timestamp())));
          }
        };
  }
}
