package io.leat.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.TestFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFeaturesTest {
  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void textsOfEveryKindAmongTheFeatures() {
    folder = TestFolder.cardPayments(directory);
    folder.write(
        "features/customer_activity.yaml",
        folder
            .text("features/customer_activity.yaml")
            .replace(
                "  - payments: count", "  - where: last(terminal_country)\n  - payments: count"));
    folder.write(
        "services/fraud.yaml",
        folder
            .text("services/fraud.yaml")
            .replace(
                "  - event.fee",
                """
                  - event.fee
                  - event.terminal_country
                  - abroad: event.terminal_country != "BE"
                  - size: 'event.amount > 100.0 ? "large" : "small"'\
                """));
  }

  @Test
  void noModelReadsAServiceWithText() {
    assertThatThrownBy(() -> folder.read())
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining(
            "models/fraud/model.yaml:3: the service's features event.terminal_country, size, customer_activity.where_1d, customer_activity.where_7d, customer_activity.where_30d are text; a model reads numbers and booleans only.");
  }

  @Test
  void aServiceThatNoModelReadsMayHaveText() throws PipelineException {
    folder.delete("models/fraud/model.yaml");
    folder.delete("models/fraud/model.onnx");
    folder.delete("models/fraud");
    folder.delete("models");
    folder.delete("monitors/fraud.yaml");
    folder.delete("retraining/fraud.yaml");

    Pipeline pipeline = folder.read();

    assertThat(pipeline.service("fraud").orElseThrow().featureNames())
        .contains("event.terminal_country", "size");
  }
}
