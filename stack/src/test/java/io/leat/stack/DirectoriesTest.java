package io.leat.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoriesTest {

  @Test
  void missingDirectoryIsMadeAndLeftEmpty(@TempDir Path temporary) {
    Path directory = temporary.resolve("a/b");

    Directories.requireWritable(directory);

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void directoryThatCannotBeMadeIsRefusedByItsPath(@TempDir Path temporary) throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));

    assertThatThrownBy(() -> Directories.requireWritable(file.resolve("data")))
        .isInstanceOfSatisfying(
            StackException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_WRITABLE))
        .hasMessageContaining("The directory " + file.resolve("data") + " cannot be written")
        .hasMessageContaining("give another");
  }

  @Test
  void fullDiskIsRefusedWithWhatIsLeft(@TempDir Path temporary) {
    assertThatThrownBy(() -> Directories.requireRoom(temporary, Long.MAX_VALUE))
        .isInstanceOfSatisfying(
            StackException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL))
        .hasMessageMatching("The disk that holds .* is full \\(\\d+ MB left\\); make room, .*");
  }
}
