package io.leat.pipeline.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.reader.TestFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintsTest {
  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  /** What state and vectors are named by does not change from one release to the next. */
  @Test
  void fingerprintsAreKeptFromReleaseToRelease() throws PipelineException {
    Pipeline pipeline = folder.read();

    assertThat(
            List.of(
                definition(),
                Fingerprints.of(pipeline.view(new ViewId("customer_activity", 1)).orElseThrow()),
                Fingerprints.of(pipeline.model("fraud").orElseThrow())))
        .containsExactly(
            "88c2426a63086d2048f2edbc7c76d6f8f94880979f74f1048f557a09f61a72dd",
            "825c473f1095b0df3a62f3b165bcd6b1977ed631eba9785f0976fec4be92d265",
            "38f8972bc0176f84663aa745945d4ee83540a18872c2b27584c249ed59872b9b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "features/customer_activity.yaml ~ version: 1 ~ version: 1 # the first",
        "features/customer_activity.yaml ~ version: 1\\nentity: customer ~ entity: customer\\nversion: 1",
        "features/customer_activity.yaml ~ version: 1 ~ version: 1\\ndescription: What a customer does.",
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [07D, 1d, 30d]",
        "features/terminal_risk.yaml ~ offset: 7d ~ offset: 7d\\nresolution: 60s\\ngrace: 1d",
        "services/fraud.yaml ~ from: payment_labels, on: payment_id, within: 30d ~ on: payment_id, within: 7d",
        "pipeline.yaml ~ owner: risk-platform ~ owner: others",
      })
  void whatChangesNoValueChangesNoFingerprint(String file, String text, String by)
      throws PipelineException {
    String before = definition();

    folder.replace(file, lines(text), lines(by));

    assertThat(definition()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [30d, 1d, 7d, 14d]",
        "features/customer_activity.yaml ~ windows: [30d, 1d, 7d] ~ windows: [30d, 24h, 7d]",
        "features/customer_activity.yaml ~ version: 1 ~ version: 2",
        "features/customer_activity.yaml ~ resolution: exact ~ resolution: 1s",
        "features/customer_activity.yaml ~ grace: 2d ~ grace: 3d",
        "features/customer_activity.yaml ~ amount > 100 ~ amount > 101",
        "features/terminal_risk.yaml ~ offset: 7d ~ offset: 8d",
        "features/terminal_risk.yaml ~ avg(fraud), default: 0 ~ avg(fraud), default: 1",
        "features/terminal_risk.yaml ~ avg(fraud) ~ max(fraud)",
        "services/fraud.yaml ~ event.amount / customer ~ 2 * event.amount / customer",
        "services/fraud.yaml ~ - event.fee ~ - event.payment_id",
        "pipeline.yaml ~ `terminal: { key: terminal_id` ~ `terminal: { key: terminal_country`",
      })
  void whatChangesAValueChangesTheFingerprint(String file, String text, String by)
      throws PipelineException {
    String before = definition();

    folder.replace(file, lines(text), lines(by));

    assertThat(definition()).isNotEqualTo(before);
  }

  @Test
  void aViewThatOnlyAnExpressionNamesCounts() throws PipelineException {
    folder.replace("services/fraud.yaml", "  - terminal_risk.risk_7d\n", "");
    folder.replace("models/fraud/model.yaml", ", terminal_risk.risk_7d: 0", "");
    folder.replace(
        "services/fraud.yaml",
        "event.amount / customer_activity.avg_amount_7d",
        "event.amount * terminal_risk.risk_7d");
    String before = definition();

    folder.replace("features/terminal_risk.yaml", "offset: 7d", "offset: 8d");

    assertThat(definition()).isNotEqualTo(before);
  }

  private String definition() throws PipelineException {
    return folder.read().service("fraud").orElseThrow().definition();
  }

  private static String lines(String text) {
    return text.replace("\\n", "\n");
  }
}
