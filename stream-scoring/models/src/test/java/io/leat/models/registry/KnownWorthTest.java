package io.leat.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.models.registry.KnownWorth.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lineage says of how good a version is, and the file that says it beside a model. */
class KnownWorthTest {
  private static final String DIGEST = "ab12";

  @TempDir private Path folder;

  @Test
  void whatIsPutIsRead() {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put(KnownWorth.TRAINED_UNTIL, "2024-02-08T11:46:39.802Z");
    KnownWorth.put(lineage, "auc", new Figure(0.9, 0.8, 0.95));
    KnownWorth.put(lineage, "log_loss", new Figure(0.05, Double.NaN, Double.NaN));

    assertThat(KnownWorth.of(lineage))
        .isEqualTo(
            new KnownWorth(
                Optional.of(Instant.parse("2024-02-08T11:46:39.802Z")),
                Map.of(
                    "auc", new Figure(0.9, 0.8, 0.95),
                    "log_loss", new Figure(0.05, Double.NaN, Double.NaN))));
  }

  @Test
  void whatTheChallengerWasMeasuredAtGoesBeforeAHoldOut() {
    assertThat(
            KnownWorth.of(
                    Map.of(
                        "metric.challenger.auc", "0.8",
                        "metric.challenger.auc.low", "0.7",
                        "metric.challenger.auc.high", "0.9",
                        "metric.champion.auc", "0.5",
                        "metric.hold_out.auc", "0.99"))
                .figures())
        .containsExactly(Map.entry("auc", new Figure(0.8, 0.7, 0.9)));
  }

  @Test
  void whatIsNoFigureIsNotKnown() {
    assertThat(
            KnownWorth.of(
                Map.of(
                    "metric.challenger.auc", "good",
                    "metric.challenger.rows", "NaN",
                    "trained_until", "yesterday")))
        .isEqualTo(KnownWorth.NONE);
  }

  @Test
  void aLineageIsOfTheFileThatItNames() throws IOException {
    Path model = folder.resolve("model.onnx");
    assertThat(LineageFile.beside(model, DIGEST)).isEmpty();

    LineageFile.write(model, DIGEST, Map.of("trained_until", "2024-02-08T00:00:00Z"));

    assertThat(LineageFile.beside(model, DIGEST))
        .containsExactly(Map.entry("trained_until", "2024-02-08T00:00:00Z"));
    assertThat(LineageFile.beside(model, "another")).isEmpty();
  }

  @Test
  void aLineageThatIsNoneIsRefusedInWords() throws IOException {
    Files.writeString(folder.resolve(LineageFile.NAME), "[1]");

    assertThatThrownBy(() -> LineageFile.beside(folder.resolve("model.onnx"), DIGEST))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("lineage.json")
        .hasMessageContaining("a JSON object of texts");
  }
}
