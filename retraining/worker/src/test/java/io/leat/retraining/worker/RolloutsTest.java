package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.reader.PipelineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who decides about a version that the gates left open. */
class RolloutsTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project"), "examples", "electricity");

  @TempDir private Path folder;

  @Test
  void aShadowWithAGuardOfLossDoes() throws Exception {
    assertThat(
            Rollouts.isJudgedInShadow(
                model(
                    """
                    rollout: [shadow 1d, champion]
                    guards: { loss: { margin: 5% } }
                    loss: { metric: brier }
                    """)))
        .isTrue();
  }

  @Test
  void aPersonDoesWhereNoLabelIsAskedForInTheShadow() throws Exception {
    assertThat(Rollouts.isJudgedInShadow(model("rollout: [shadow 1d, champion]"))).isFalse();
    assertThat(
            Rollouts.isJudgedInShadow(
                model(
                    """
                    rollout: [shadow 1d, { kind: canary, weight: 10%, guards: { loss: { margin: 5% } } }, champion]
                    loss: { metric: brier }
                    """)))
        .as("it would decide before it is known what it costs")
        .isFalse();
    assertThat(Rollouts.isJudgedInShadow(model(""))).isFalse();
  }

  private Model model(String more) throws Exception {
    Path copy = Files.createTempDirectory(folder, "pipeline");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      files
          .filter(file -> file.toString().matches(".*\\.(yaml|avsc|onnx)"))
          .forEach(
              file -> {
                Path path = copy.resolve(EXAMPLE.relativize(file).toString());
                try {
                  Files.createDirectories(path.getParent());
                  Files.copy(file, path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    Files.writeString(
        copy.resolve("models/price/model.yaml"), "\n" + more, StandardOpenOption.APPEND);
    return PipelineReader.read(copy).model("price").orElseThrow();
  }
}
