package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.drift.VectorOrigin;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro.WithWriterSchema;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What monitors see of a vector. */
class ServiceWatchTest {
  private static final KafkaRecord RECORD =
      new KafkaRecord("features.prices", 0, 7, 1_250, new RecordHeaders(), null, new byte[0]);
  private final ServiceWatch watch =
      new ServiceWatch("prices", 1, "d1", List.of("b", "a"), List.of());

  @Test
  void valuesAreFoundByTheNamesOfTheirOwnSchema() throws BadRecordException {
    WatchedVector vector = apply("d1", List.of("a", "x", "b"), 1L, "text", 2.5);
    WatchedVector sameOtherOrder = apply("d1", List.of("b", "a"), 2.5, 1L);

    assertThat(vector.current()).isTrue();
    assertThat(vector.eventTime()).isEqualTo(1_000);
    assertThat(vector.row().numbers()).containsExactly(2.5, 1);
    assertThat(sameOtherOrder.row().numbers()).containsExactly(2.5, 1);
    assertThat(vector.origin()).isEqualTo(VectorOrigin.of("e1", 250));
  }

  @Test
  void aFlagIsANumberAndNullIsNone() throws BadRecordException {
    assertThat(apply("d1", List.of("a", "b"), null, true).row().numbers())
        .containsExactly(1, Double.NaN);
  }

  @Test
  void aNullBringsItsReasonAlong() throws BadRecordException {
    FeatureVector vector =
        vector("d1", null, null, null)
            .setNullReasons(
                NullReason.codes(List.of(NullReason.NO_KEY, NullReason.LATE, NullReason.NO_EVENT)))
            .build();
    WatchedVector watched =
        watch.apply(
            RECORD, new WithWriterSchema<>(vector, FeatureVectorSchema.of(List.of("a", "x", "b"))));

    assertThat(watched.row().numbers()).containsOnly(Double.NaN);
    assertThat(watched.row().reasons())
        .containsExactly(NullReason.NO_EVENT.code(), NullReason.NO_KEY.code());
    assertThat(apply("d1", List.of("a", "b"), null, 1.0).row().reasons()[1])
        .as("of a release that gave none")
        .isEqualTo(NullReason.UNSTATED.code());
  }

  @Test
  void aVectorOfAnotherDefinitionIsNotCurrent() throws BadRecordException {
    WatchedVector other = apply("0123456789abcdef", List.of("c"), 1.0);

    assertThat(other.current()).isFalse();
    assertThat(other.definition()).isEqualTo("prices@1 (0123456789ab)");
  }

  @Test
  void aVectorWithoutAWatchedFeatureIsRefused() {
    assertThatThrownBy(() -> apply("d1", List.of("a", "c"), 1.0, 2.0))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("names no feature b, which a monitor watches; it has [a, c]");
  }

  @Test
  void aVectorWithFewerValuesThanNamesIsRefused() {
    assertThatThrownBy(() -> apply("d1", List.of("a", "b"), 1.0))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("the vector has 1 values; its schema names more: b is number 2");
  }

  @Test
  void aSchemaWithoutNamesIsRefused() {
    assertThatThrownBy(() -> apply("d1", FeatureVector.getClassSchema(), 1.0, 2.0))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("has no property leat.features");
  }

  private WatchedVector apply(String definition, List<String> names, @Nullable Object... values)
      throws BadRecordException {
    return apply(definition, FeatureVectorSchema.of(names), values);
  }

  private WatchedVector apply(String definition, Schema schema, @Nullable Object... values)
      throws BadRecordException {
    return watch.apply(RECORD, new WithWriterSchema<>(vector(definition, values).build(), schema));
  }

  private static FeatureVector.Builder vector(String definition, @Nullable Object... values) {
    return FeatureVector.newBuilder()
        .setService("prices")
        .setServiceVersion(1)
        .setDefinition(definition)
        .setEventId("e1")
        .setEventTime(Instant.ofEpochSecond(1))
        .setKeys(Map.of())
        .setValues(Arrays.asList(values))
        .setSource(new LogPosition("readings", 0, 0L));
  }
}
