package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackLockTest {
  @TempDir private Path folder;

  @Test
  void aSignedLockNamesItsProcessAndIsHeldUntilItIsClosed() throws Exception {
    try (StackLock lock = StackLock.take(folder).orElseThrow()) {
      lock.sign();

      assertThat(StackLock.take(folder)).isEmpty();
      assertThat(StackLock.isHeld(folder)).isTrue();
      assertThat(StackLock.holder(folder)).contains(ProcessHandle.current());
    }
    assertThat(StackLock.isHeld(folder)).isFalse();
  }

  @Test
  void aStackIsUpSinceItsLockWasSignedNotSinceItsProcessBegan() throws Exception {
    Instant began = ProcessHandle.current().info().startInstant().orElseThrow();
    Files.writeString(folder.resolve("up.lock"), "");
    Files.setLastModifiedTime(folder.resolve("up.lock"), FileTime.from(began.minusSeconds(3_600)));

    try (StackLock lock = StackLock.take(folder).orElseThrow()) {
      Instant before = StackLock.takenAt(folder);
      lock.sign();

      assertThat(before).isBefore(began);
      assertThat(StackLock.takenAt(folder)).isAfter(began.minusSeconds(1));
    }
  }

  @Test
  void aFolderWithoutALockIsNotHeldAndStaysAsItIs() throws Exception {
    assertThat(StackLock.isHeld(folder)).isFalse();
    assertThat(folder).isEmptyDirectory();
    assertThat(StackLock.isHeld(folder.resolve("absent"))).isFalse();
  }

  @Test
  void anotherProcessThatGotTheNumberIsNotTheHolder() throws Exception {
    Instant longAgo = ProcessHandle.current().info().startInstant().orElseThrow().minusSeconds(60);
    Files.writeString(
        folder.resolve("up.lock"), ProcessHandle.current().pid() + "\n" + longAgo + "\n");

    assertThat(StackLock.holder(folder)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4711", "mill\nwheel\n", "1\nyesterday\n"})
  void aLockThatNamesNoProcessIsNoError(String content) throws Exception {
    Files.writeString(folder.resolve("up.lock"), content);

    assertThat(StackLock.holder(folder)).isEmpty();
    assertThat(CommandRun.of("down", "--dir", folder.toString()))
        .isEqualTo(new CommandRun(0, "Nothing is up in " + folder + ".\n"));
  }

  @Test
  void aStackWhoseProcessCannotBeReportedIsNeitherStoppedNorRemoved() throws Exception {
    Files.createFile(folder.resolve("endpoints.properties"));
    try (StackLock unsigned = StackLock.take(folder).orElseThrow()) {
      CommandRun down = CommandRun.of("down", "--clean", "--dir", folder.toString());

      assertThat(down.code()).isEqualTo(1);
      assertThat(down.out()).contains("does not say as which process");
    }
    assertThat(folder.resolve("endpoints.properties")).exists();
  }

  @Test
  void aFolderThatIsNoStacksIsNotRemoved() throws Exception {
    Files.createFile(folder.resolve("thesis.tex"));

    CommandRun down = CommandRun.of("down", "--clean", "--dir", folder.toString());

    assertThat(down.code()).isEqualTo(1);
    assertThat(down.out()).contains("is not a folder that 'leat up' made");
    assertThat(folder.resolve("thesis.tex")).exists();
  }
}
