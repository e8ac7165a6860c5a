package io.leat.drift.job;

import io.leat.drift.ColumnValues;
import io.leat.drift.Segmenter;
import io.leat.drift.VectorOrigin;
import io.leat.pipeline.definition.Segments;
import io.leat.records.FeatureVector;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a service's vectors what its monitors watch. The values' names are those of the
 * schema that the vector was written with.
 */
final class ServiceWatch
    implements DecodeAvro.Mapping<DecodeAvro.WithWriterSchema<FeatureVector>, WatchedVector> {
  private static final long serialVersionUID = 1L;
  private static final int FINGERPRINT = 12;

  private final String service;
  private final int version;
  private final String definition;
  private final List<String> features;
  private final List<Segments.Key> segments;
  private transient @Nullable Map<Schema, Places> places;

  /** Where in a vector the watched features are, and what makes its segments. */
  private record Places(int[] features, Segmenter segmenter) {}

  /**
   * @param features full names of all features that some monitor of the service watches
   * @param segments by what some monitor tells segments
   */
  ServiceWatch(
      String service,
      int version,
      String definition,
      List<String> features,
      List<Segments.Key> segments) {
    this.service = service;
    this.version = version;
    this.definition = definition;
    this.features = List.copyOf(features);
    this.segments = List.copyOf(segments);
  }

  /** The order of the values of {@link WatchedVector#row()}. */
  List<String> features() {
    return features;
  }

  /** The order of the segments of {@link WatchedVector#row()}. */
  List<Segments.Key> segments() {
    return segments;
  }

  @Override
  public WatchedVector apply(KafkaRecord record, DecodeAvro.WithWriterSchema<FeatureVector> decoded)
      throws BadRecordException {
    FeatureVector vector = decoded.value();
    if (!vector.getService().equals(service)
        || vector.getServiceVersion() != version
        || !vector.getDefinition().equals(definition)) {
      return seen(record, vector, false, ColumnValues.of());
    }
    Places found = places(decoded.writerSchema());
    List<Object> valuesOrReasons = NullReason.joined(vector.getValues(), vector.getNullReasons());
    int[] place = found.features();
    for (int i = 0; i < place.length; i++) {
      if (place[i] >= valuesOrReasons.size()) {
        throw new BadRecordException(
            "too_few_values",
            "the vector has %d values; its schema names more: %s is number %d"
                .formatted(valuesOrReasons.size(), features.get(i), place[i] + 1));
      }
    }
    ColumnValues row = ColumnValues.nulls(place.length, found.segmenter().of(valuesOrReasons));
    for (int i = 0; i < place.length; i++) {
      row.put(i, valuesOrReasons.get(place[i]));
    }
    return seen(record, vector, true, row);
  }

  private static WatchedVector seen(
      KafkaRecord record, FeatureVector vector, boolean current, ColumnValues row) {
    long eventTime = vector.getEventTime().toEpochMilli();
    return new WatchedVector(
        current,
        current ? "" : definition(vector),
        record.isAfterGap(),
        eventTime,
        record.partition(),
        record.offset(),
        WatchedVector.NO_SCORE,
        row,
        current ? VectorOrigin.of(vector.getEventId(), record.appendedAt() - eventTime) : null);
  }

  /** {@code fraud@2 (3f2a9c01b7e4)}: the fingerprint tells definitions of one version apart. */
  private static String definition(FeatureVector vector) {
    String fingerprint = vector.getDefinition();
    return "%s@%d (%s)"
        .formatted(
            vector.getService(),
            vector.getServiceVersion(),
            fingerprint.substring(0, Math.min(FINGERPRINT, fingerprint.length())));
  }

  private Places places(Schema writerSchema) throws BadRecordException {
    if (places == null) {
      places = new HashMap<>();
    }
    Places known = places.get(writerSchema);
    if (known == null) {
      known = find(writerSchema);
      places.put(writerSchema, known);
    }
    return known;
  }

  private Places find(Schema writerSchema) throws BadRecordException {
    List<String> names;
    try {
      names = FeatureVectorSchema.names(writerSchema);
    } catch (IllegalArgumentException e) {
      throw new BadRecordException("no_feature_names", String.valueOf(e.getMessage()));
    }
    int[] found = features.stream().mapToInt(names::indexOf).toArray();
    for (int i = 0; i < found.length; i++) {
      if (found[i] < 0) {
        throw new BadRecordException(
            "unknown_features",
            "the vector's schema names no feature %s, which a monitor watches; it has %s"
                .formatted(features.get(i), names));
      }
    }
    try {
      return new Places(found, new Segmenter(segments, names));
    } catch (IllegalArgumentException e) {
      throw new BadRecordException("unknown_features", String.valueOf(e.getMessage()));
    }
  }
}
