package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.records.FeatureVector;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;

class FeatureVectorSchemaTest {

  @Test
  void namesSurviveTheSchemasTextForm() {
    List<String> names = List.of("event.amount", "customer_activity.avg_amount_7d");

    Schema read = new Schema.Parser().parse(FeatureVectorSchema.of(names).toString());

    assertThat(FeatureVectorSchema.names(read)).isEqualTo(names);
  }

  @Test
  void schemasOfOtherNamesDifferButNotInTheirBinaryForm() {
    Schema one = FeatureVectorSchema.of(List.of("a"));
    Schema other = FeatureVectorSchema.of(List.of("a", "b"));

    assertThat(one).isNotEqualTo(other);
    assertThat(SchemaNormalization.toParsingForm(one))
        .isEqualTo(SchemaNormalization.toParsingForm(other))
        .isEqualTo(SchemaNormalization.toParsingForm(FeatureVector.getClassSchema()));
  }

  @Test
  void generatedSchemaItselfIsLeftAlone() {
    FeatureVectorSchema.of(List.of("a"));

    assertThatThrownBy(() -> FeatureVectorSchema.names(FeatureVector.getClassSchema()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no property " + FeatureVectorSchema.NAMES);
  }
}
