package io.leat.features.offline.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFileIOTest {
  private final LocalFileIO files = new LocalFileIO();
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"file://%s", "file:%s", "%s"})
  void whatIsWrittenUnderALocationIsReadUnderIt(String form) throws IOException {
    String location = form.formatted(folder.resolve("a day=2024-01-01/half%3Aday"));

    write(location, 1, 2, 3);

    assertThat(Files.readAllBytes(folder.resolve("a day=2024-01-01/half%3Aday")))
        .containsExactly(1, 2, 3);
    assertThat(files.newInputFile(location).location()).isEqualTo(location);
    assertThat(files.newInputFile(location).getLength()).isEqualTo(3);
    try (SeekableInputStream in = files.newInputFile(location).newStream()) {
      in.seek(1);
      assertThat(in.readAllBytes()).containsExactly(2, 3);
    }
  }

  @Test
  void nothingLiesBesideWhatIsWritten() throws IOException {
    write("file://" + folder + "/one", 1);

    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(folder.resolve("one"));
    }
  }

  @Test
  void aFileThatIsThereIsNotWrittenOver() throws IOException {
    write("file://" + folder + "/one", 1);

    assertThatThrownBy(() -> write("file://" + folder + "/one", 2))
        .isInstanceOf(AlreadyExistsException.class);
  }

  @Test
  void everyFileBelowAFolderIsListedWithItsSizeAndGoesWithIt() throws IOException {
    write("file://" + folder + "/t/one", 1);
    write("file://" + folder + "/t/deep/er/two", 1, 2);
    write("file://" + folder + "/other", 1);

    assertThat(files.listPrefix("file://" + folder + "/t"))
        .extracting(FileInfo::location, FileInfo::size)
        .containsExactlyInAnyOrderElementsOf(
            List.of(tuple(folder + "/t/one", 1L), tuple(folder + "/t/deep/er/two", 2L)));

    files.deletePrefix("file://" + folder + "/t");
    files.deleteFile("file://" + folder + "/t/one"); // is gone already
    assertThat(files.listPrefix("file://" + folder))
        .extracting(FileInfo::location)
        .containsExactly(folder + "/other");
  }

  private void write(String location, int... bytes) throws IOException {
    try (PositionOutputStream out = files.newOutputFile(location).create()) {
      for (int one : bytes) {
        out.write(one);
      }
    }
  }
}
