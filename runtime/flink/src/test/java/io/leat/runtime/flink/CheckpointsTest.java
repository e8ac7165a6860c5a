package io.leat.runtime.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir private Path folder;

  @Test
  void aJobThatNeverRanHasNone() {
    assertThat(Checkpoints.newest(folder.resolve("absent"))).isEmpty();
    assertThat(Checkpoints.newest(folder)).isEmpty();
  }

  @Test
  void theHighestNumberOfAnyRunIsTheNewest() throws IOException {
    complete("run-b/chk-9");
    Path newest = complete("run-a/chk-10");
    complete("run-c/chk-2");

    assertThat(Checkpoints.newest(folder)).contains(newest);
  }

  @Test
  void oneThatIsUnderWayIsPassedOver() throws IOException {
    Path complete = complete("run-a/chk-4");
    Files.createDirectories(folder.resolve("run-a/chk-5"));
    Files.createFile(folder.resolve("run-a/chk-5/_metadata.inprogress"));
    Files.createDirectories(folder.resolve("run-a/shared"));
    Files.createFile(folder.resolve("run-a/shared/_metadata"));

    assertThat(Checkpoints.newest(folder)).contains(complete);
  }

  private Path complete(String name) throws IOException {
    Path checkpoint = Files.createDirectories(folder.resolve(name));
    Files.createFile(checkpoint.resolve("_metadata"));
    return checkpoint;
  }
}
