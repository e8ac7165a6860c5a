package io.leat.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class StackFolderTest {
  @TempDir private Path folder;

  @Test
  void theNearestStackUpwardsIsFound() throws IOException {
    Path stack = Files.createDirectory(folder.resolve(".leat"));
    Files.createFile(stack.resolve("endpoints.properties"));
    Path below = Files.createDirectories(folder.resolve("one/two"));
    Files.createDirectory(below.resolve(".leat")); // of no stack

    assertThat(StackFolder.nearest(below)).isEqualTo(stack);
    assertThat(StackFolder.nearest(folder)).isEqualTo(stack);
  }

  @Test
  void whatIsGivenIsTakenAndTellsItsPipeline() throws IOException {
    StackFolder given = new StackFolder();
    new CommandLine(CommandSpec.create())
        .addMixin("stack", given)
        .parseArgs("--dir", folder.toString());

    assertThat(given.path()).isEqualTo(folder);
    assertThat(given.pipeline()).isEmpty();
    assertThat(given.noPipeline())
        .startsWith("No stack was started in " + folder + " to take the pipeline from; name");
    Files.writeString(folder.resolve("pipeline"), "/pipelines/shop");
    assertThat(given.pipeline()).contains(Path.of("/pipelines/shop"));
  }
}
