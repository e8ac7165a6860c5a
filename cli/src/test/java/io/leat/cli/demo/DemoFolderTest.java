package io.leat.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A demonstration has a folder of its own, and removes nobody else's. */
class DemoFolderTest {
  @TempDir private Path temporary;

  @Test
  void itsPipelineIsOneBeforeItsModelIsTrained() throws Exception {
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));

    folder.writePipeline(Play.USUAL, DriftDemo.BUILTIN);

    Pipeline pipeline = PipelineReader.readBeforeTraining(folder.pipeline());
    assertThat(pipeline.name()).isEqualTo("moving-fraud");
    assertThat(pipeline.retraining()).hasSize(1);
    assertThat(pipeline.monitors().get(0).performance()).isPresent();
    assertThat(Files.readString(folder.pipeline().resolve("play.yaml")))
        .contains("fraud-day: " + Play.USUAL.changeDay());
  }

  @Test
  void withNullsAnAmountMayBeOneAndWhatComesInIsWatched() throws Exception {
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));

    folder.writePipeline(Play.NULLS, DriftDemo.BUILTIN);

    Pipeline pipeline = PipelineReader.readBeforeTraining(folder.pipeline());
    assertThat(pipeline.retraining()).hasSize(1);
    assertThat(pipeline.monitors().get(0).performance()).isEmpty();
    assertThat(pipeline.monitors().get(0).quality().measures())
        .containsExactly(DataQuality.Measure.NULL_SHARE);
    assertThat(Files.readString(folder.pipeline().resolve("play.yaml")))
        .contains("nulls-day: " + Play.NULLS.changeDay(), "nulls-days: " + Play.NULLS.nullDays())
        .doesNotContain("fraud-day");
  }

  @Test
  void whatAnEarlierOneLeftIsRemoved() throws Exception {
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));
    Files.createDirectories(folder.stack());
    Files.writeString(folder.stack().resolve("left"), "over");

    assertThat(DemoFolder.prepare(folder.root())).isEqualTo(folder);

    assertThat(folder.stack()).doesNotExist();
  }

  @Test
  void whatStillRunsIsNot() throws Exception {
    DemoFolder folder = DemoFolder.prepare(temporary.resolve("demo"));
    Files.createDirectories(folder.stack());
    Path lock = folder.stack().resolve("up.lock");
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();

      assertThatThrownBy(() -> DemoFolder.prepare(folder.root()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("runs in " + folder.root())
          .hasMessageContaining("leat down --dir " + folder.stack());
      assertThat(lock).exists();
    }
    DemoFolder.prepare(folder.root());
    assertThat(lock).doesNotExist();
  }

  @Test
  void whatIsSomebodyElsesIsNot() throws Exception {
    Path file = Files.writeString(temporary.resolve("thesis.tex"), "all of it");

    assertThatThrownBy(() -> DemoFolder.prepare(temporary))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Nothing was removed");
    assertThat(file).exists();
  }
}
