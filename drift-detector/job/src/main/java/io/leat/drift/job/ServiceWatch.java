package io.leat.drift.job;

import io.leat.drift.NumericValue;
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

  private final String service;
  private final int version;
  private final String definition;
  private final List<String> features;
  private transient @Nullable Map<Schema, int[]> places;

  /**
   * @param features full names of all features that some monitor of the service watches
   */
  ServiceWatch(String service, int version, String definition, List<String> features) {
    this.service = service;
    this.version = version;
    this.definition = definition;
    this.features = List.copyOf(features);
  }

  /** The order of {@link WatchedVector#values()}. */
  List<String> features() {
    return features;
  }

  @Override
  public WatchedVector apply(KafkaRecord record, DecodeAvro.WithWriterSchema<FeatureVector> decoded)
      throws BadRecordException {
    FeatureVector vector = decoded.value();
    long eventTime = vector.getEventTime().toEpochMilli();
    if (!vector.getService().equals(service)
        || vector.getServiceVersion() != version
        || !vector.getDefinition().equals(definition)) {
      return new WatchedVector(false, record.isAfterGap(), eventTime, new double[0], new byte[0]);
    }
    int[] place = places(decoded.writerSchema());
    List<Object> valuesOrReasons = NullReason.joined(vector.getValues(), vector.getNullReasons());
    double[] values = new double[place.length];
    byte[] reasons = new byte[place.length];
    for (int i = 0; i < place.length; i++) {
      if (place[i] >= vector.getValues().size()) {
        throw new BadRecordException(
            "too_few_values",
            "the vector has %d values; its schema names more: %s is number %d"
                .formatted(vector.getValues().size(), features.get(i), place[i] + 1));
      }
      values[i] = NumericValue.of(valuesOrReasons.get(place[i]));
      reasons[i] = NumericValue.reason(valuesOrReasons.get(place[i])).code();
    }
    return new WatchedVector(true, record.isAfterGap(), eventTime, values, reasons);
  }

  private int[] places(Schema writerSchema) throws BadRecordException {
    if (places == null) {
      places = new HashMap<>();
    }
    int[] known = places.get(writerSchema);
    if (known == null) {
      known = find(writerSchema);
      places.put(writerSchema, known);
    }
    return known;
  }

  private int[] find(Schema writerSchema) throws BadRecordException {
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
    return found;
  }
}
