package io.leat.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeatHomeTest {

  @Test
  void folderOfJarsIsAClassPath(@TempDir Path temporary) throws Exception {
    Files.createDirectories(temporary.resolve("lib/broker"));

    assertThat(new LeatHome(temporary).classPath("broker"))
        .isEqualTo(temporary.resolve("lib/broker") + "/*");
  }

  @Test
  void missingFolderSaysHowToBuildIt(@TempDir Path temporary) {
    assertThatThrownBy(() -> new LeatHome(temporary).classPath("flink"))
        .isInstanceOfSatisfying(
            StackException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_BUILT))
        .hasMessage(
            "The Leat distribution at %s has no lib/flink. Build it with ./mvnw package -DskipTests."
                .formatted(temporary));
  }

  @Test
  void missingDistributionSaysHowToBuildIt(@TempDir Path temporary) {
    assertThatThrownBy(() -> new LeatHome(temporary.resolve("none")))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("There is no Leat distribution at " + temporary.resolve("none"))
        .hasMessageContaining("./mvnw package");
  }
}
