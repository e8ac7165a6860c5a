package io.leat.cli.define;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code leat validate} says of a model's file what the scoring service would say. */
class ModelChecksTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project", ".."), "examples/electricity");

  @TempDir private Path scratch;
  private Path folder;
  private Path definition;
  private Path artifact;

  @BeforeEach
  void copyTheExample() throws IOException {
    folder = scratch.resolve("electricity");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      for (Path file : files.toList()) {
        Path copy = folder.resolve(EXAMPLE.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    definition = folder.resolve("models/price/model.yaml");
    artifact = folder.resolve("models/price/model.onnx");
  }

  @Test
  void aModelThatFitsIsValid() {
    assertThat(validate().code()).isZero();
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    Files.write(artifact, new byte[0]);

    assertRefused("has 0 bytes; expected 1 to");
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    Files.write(artifact, "no model".getBytes(UTF_8));

    assertRefused("cannot be run by ONNX Runtime");
  }

  @Test
  void anOutputThatTheFileDoesNotHaveIsRefusedWithThoseThatItHas() throws IOException {
    write(Files.readString(definition).replace("probabilities[1]", "probability"));

    assertRefused("the model has no output probability; it has [probabilities]");
  }

  @Test
  void aColumnThatTheOutputDoesNotHaveIsRefused() throws IOException {
    write(Files.readString(definition).replace("probabilities[1]", "probabilities[2]"));

    assertRefused("output probabilities has 2 columns a row; expected more than 2");
  }

  @Test
  void aModelOfOtherFeaturesIsRefused() throws IOException {
    Path service = folder.resolve("services/price.yaml");
    Files.writeString(
        service, Files.readString(service).replace("  - event.vic_price\n", ""), UTF_8);
    Path monitor = folder.resolve("monitors/price.yaml");
    Files.writeString(monitor, Files.readString(monitor).replace(", event.vic_price", ""), UTF_8);

    assertRefused("input features is FLOAT [-1, 18]; expected [-1, 17], for the features");
  }

  @Test
  void aModelThatIsToBeTrainedSaysWhichOutputItWillHave() throws IOException {
    Files.delete(artifact);
    assertRefused("'leat train' makes one, whose score is probabilities[1]");

    write(Files.readString(definition).replace("probabilities[1]", "score"));
    CommandRun run =
        CommandRun.of(
            "train", folder.toString(), "--model", "price", "--events", "readings=none.csv");

    assertThat(run.code()).isNotZero();
    assertThat(run.out())
        .contains("Model price takes its score from score;")
        .contains("outputs: { score: \"probabilities[1]\" }");
  }

  private void assertRefused(String message) {
    CommandRun run = validate();
    assertThat(run.code()).isNotZero();
    assertThat(run.out()).contains("models/price/model.yaml:4: ").contains(message);
    assertThat(run.out()).doesNotContain("released more often", "\tat ");
  }

  private void write(String text) throws IOException {
    Files.writeString(definition, text, UTF_8);
  }

  private CommandRun validate() {
    return CommandRun.of("validate", folder.toString());
  }
}
