package io.leat.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.TestFolder;
import io.leat.schemas.ValueType;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureTypesTest {
  @TempDir private Path directory;

  @Test
  void typesAreThoseOfFieldsColumnsAndExpressions() throws PipelineException {
    TestFolder folder = TestFolder.cardPayments(directory);
    folder.replace(
        "features/customer_activity.yaml",
        "  - payments: count",
        "  - where: last(terminal_country)\n  - payments: count");
    folder.replace(
        "services/fraud.yaml",
        "  - event.fee",
        """
          - event.fee
          - event.terminal_country
          - abroad: event.terminal_country != "BE"
          - size: 'event.amount > 100.0 ? "large" : "small"'\
        """);

    Pipeline pipeline = folder.read();
    Map<String, Optional<ValueType>> types =
        FeatureTypes.of(pipeline.service("fraud").orElseThrow(), pipeline);

    assertThat(types.keySet())
        .containsExactlyElementsOf(pipeline.service("fraud").orElseThrow().featureNames());
    assertThat(types)
        .containsEntry("event.fee", Optional.of(ValueType.DOUBLE))
        .containsEntry("event.terminal_country", Optional.of(ValueType.STRING))
        .containsEntry("abroad", Optional.of(ValueType.BOOLEAN))
        .containsEntry("size", Optional.of(ValueType.STRING))
        .containsEntry("customer_activity.where_1d", Optional.of(ValueType.STRING))
        .containsEntry("customer_activity.payments_1d", Optional.of(ValueType.LONG));
  }
}
