package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class StorageTroubleTest {
  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX) // has a device that is always full
  void aFullDiskIsToldWithWhatToDo() {
    Throwable failure =
        catchThrowable(
            () -> {
              try (OutputStream full = new FileOutputStream("/dev/full")) {
                full.write(1);
              }
            });

    assertThat(StorageTrouble.sentence(new ExecutionException(failure), "/tables"))
        .hasValueSatisfying(
            sentence -> assertThat(sentence).contains("disk is full", "/tables", "Make room"));
  }

  @Test
  void aWarehouseThatCannotBeMadeIsTold() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> OfflineCatalog.of(file.resolve("warehouse").toString(), Map.of(), "p"))
        .hasMessageContaining("warehouse " + file.resolve("warehouse"))
        .hasMessageContaining("--warehouse");
  }

  @Test
  @EnabledOnOs(OS.LINUX) // has a folder in which not even root makes one
  void aWarehouseThatCannotBeWrittenIsTold() {
    assertThatThrownBy(() -> OfflineCatalog.of("/sys/warehouse", Map.of(), "p"))
        .hasMessageContaining("The warehouse /sys/warehouse cannot be written");
  }

  @Test
  void aCatalogThatAnotherProgramLocksIsTold() throws Exception {
    OfflineCatalog.close(OfflineCatalog.of(folder.toString(), Map.of(), "p").open());
    String uri = "jdbc:sqlite:" + folder.resolve("catalog.db");
    OfflineCatalog impatient =
        OfflineCatalog.of(
            folder.toString(),
            Map.of(
                "type",
                "jdbc",
                "uri",
                uri,
                "jdbc.busy_timeout",
                "100",
                "jdbc.schema-version",
                "V1"),
            "p");
    try (Connection other = DriverManager.getConnection(uri);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");

      Throwable failure = catchThrowable(() -> impatient.tables(impatient.open()));

      assertThat(StorageTrouble.sentence(failure, folder.toString()))
          .hasValueSatisfying(
              sentence -> assertThat(sentence).contains("locked", "catalog.db", "nothing is lost"));
    }
  }

  @Test
  void anyOtherFailureIsNotExplained() {
    assertThat(StorageTrouble.sentence(new IllegalStateException("no vector"), "/tables"))
        .isEmpty();
  }
}
