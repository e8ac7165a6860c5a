package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerOnlyTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"rw-r--r--", "rw----r--", "rw--w----", "rw-----w-", "rw---x---", "rwxrwxrwx"})
  void aFileThatOthersCanReadOrChangeIsRefusedWithTheRemedy(String permissions) throws Exception {
    Path file = file(permissions);

    assertThat(OwnerOnly.problem(file))
        .contains(
            "%s holds secrets and can be read or changed by others than its owner (%s); run: chmod 600 %1$s"
                .formatted(file, permissions));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------", "rwx------"})
  void aFileOfItsOwnerAloneIsTaken(String permissions) throws Exception {
    assertThat(OwnerOnly.problem(file(permissions))).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsLeftToWhoeverReadsIt() {
    assertThat(OwnerOnly.problem(folder.resolve("nothing"))).isEmpty();
  }

  private Path file(String permissions) throws Exception {
    Path file = Files.createFile(folder.resolve("key"));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
