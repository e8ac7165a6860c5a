package io.leat.runtime.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
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

  @Test
  void oneWhoseMetadataIsThereInPartIsSetAsideAndTheOneBeforeTaken() throws IOException {
    Path older = complete("run-a/chk-4");
    Path newest = complete("run-a/chk-5");
    byte[] whole = Files.readAllBytes(newest.resolve("_metadata"));
    Files.write(newest.resolve("_metadata"), Arrays.copyOf(whole, whole.length / 2));

    assertThat(Checkpoints.newest(folder)).contains(older);
    assertThat(newest.resolve("_metadata.damaged")).exists();
    complete("run-b/chk-5"); // numbers go on from the one that was taken

    assertThat(Checkpoints.newest(folder)).contains(folder.resolve("run-b/chk-5"));
  }

  @Test
  void oneWhoseStateIsThereInPartOrNotAtAllIsNotTaken() throws IOException {
    Path oldest = complete("run-a/chk-3");
    Path half = complete("run-a/chk-4");
    Path gone = complete("run-a/chk-5");
    Files.write(half.resolve("state"), new byte[50]);
    Files.delete(gone.resolve("state"));

    assertThat(Checkpoints.newest(folder)).contains(oldest);
  }

  @Test
  void whereAllAreDamagedItSaysSoAndBeginsNotAgain() throws IOException {
    Path only = complete("run-a/chk-1");
    Files.write(only.resolve("state"), new byte[99]);

    for (int start = 0; start < 2; start++) {
      assertThatThrownBy(() -> Checkpoints.newest(folder))
          .isInstanceOf(LeatException.class)
          .hasMessageContaining("No checkpoint in " + folder + " can be used")
          .hasMessageContaining(only.resolve("state") + " has 99 bytes; it was written with 100")
          .hasMessageContaining("move the folder away");
    }
  }

  @Test
  void threeAreKeptAndWhatOlderOnesAreMadeOfIsDeleted() throws IOException {
    List<Path> all = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      all.add(complete("run-%d/chk-%d".formatted(i, i)));
    }
    Path left = Files.createDirectories(folder.resolve("run-1/shared")).resolve("unused");
    Files.createFile(left);

    assertThat(Checkpoints.newest(folder)).contains(all.get(4));

    assertThat(all.subList(2, 5)).allSatisfy(kept -> assertThat(kept.resolve("state")).exists());
    assertThat(folder.resolve("run-1")).doesNotExist();
    assertThat(folder.resolve("run-2")).doesNotExist();
  }

  /** A checkpoint of one operator with one file of state, as Flink writes it. */
  private Path complete(String name) throws IOException {
    Path checkpoint = Files.createDirectories(folder.resolve(name));
    Path state = Files.write(checkpoint.resolve("state"), new byte[100]);
    OperatorState operator = new OperatorState("name", "uid", new OperatorID(), 1, 128);
    operator.putState(
        0,
        OperatorSubtaskState.builder()
            .setManagedOperatorState(
                new OperatorStreamStateHandle(
                    Map.of(),
                    new FileStateHandle(new org.apache.flink.core.fs.Path(state.toUri()), 100)))
            .build());
    try (OutputStream out = Files.newOutputStream(checkpoint.resolve("_metadata"))) {
      org.apache.flink.runtime.checkpoint.Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(1, List.of(operator), List.of()), out);
    }
    return checkpoint;
  }
}
