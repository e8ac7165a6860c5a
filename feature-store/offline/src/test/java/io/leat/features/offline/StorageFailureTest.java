package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.leat.features.offline.files.LocalFileIO;
import io.leat.features.offline.replay.Shops;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.catalog.Catalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageFailureTest {
  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX) // has a device that is always full
  void aFullDiskIsReportedWithWhatToDo() {
    Throwable failure =
        catchThrowable(
            () -> {
              try (OutputStream full = new FileOutputStream("/dev/full")) {
                full.write(1);
              }
            });

    assertThat(StorageFailure.sentence(new ExecutionException(failure), "/tables"))
        .hasValueSatisfying(
            sentence -> assertThat(sentence).contains("disk is full", "/tables", "Make room"));
  }

  @Test
  void aWarehouseThatCannotBeMadeIsReported() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> OfflineCatalog.of(file.resolve("warehouse").toString(), Map.of(), "p"))
        .hasMessageContaining("warehouse " + file.resolve("warehouse"))
        .hasMessageContaining("--warehouse");
  }

  @Test
  @EnabledOnOs(OS.LINUX) // has a folder in which not even root makes one
  void aWarehouseThatCannotBeWrittenIsReported() {
    assertThatThrownBy(() -> OfflineCatalog.of("/sys/warehouse", Map.of(), "p"))
        .hasMessageContaining("The warehouse /sys/warehouse cannot be written");
  }

  @Test
  void aCatalogThatIsDamagedIsReportedWithWhatToDo() throws Exception {
    OfflineCatalog offline = OfflineCatalog.of(folder.toString(), Map.of(), "p");
    OfflineCatalog.close(offline.open());
    byte[] bytes = Files.readAllBytes(folder.resolve("catalog.db"));
    Arrays.fill(bytes, 0, 100, (byte) 7);
    Files.write(folder.resolve("catalog.db"), bytes);

    Throwable failure = catchThrowable(() -> offline.tables(offline.open()));

    assertThat(StorageFailure.sentence(failure, folder.toString()))
        .hasValueSatisfying(
            sentence ->
                assertThat(sentence)
                    .contains("catalog.db in the warehouse " + folder + " is damaged")
                    .contains("register every table again"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.99})
  void aTablesMetadataFileThatIsThereInPartIsReportedAtOnce(double share) throws Exception {
    try (OfflineTableWriter tables = new OfflineTableWriter(folder, Shops.PIPELINE)) {
      tables.events("orders", List.of());
      tables.events("orders", List.of());
    }
    OfflineCatalog offline = OfflineCatalog.of(folder.toString(), Map.of(), Shops.PIPELINE.name());
    Catalog catalog = offline.open();
    Path newest =
        LocalFileIO.path(
            ((HasTableOperations) catalog.loadTable(offline.identifier("events_orders")))
                .operations()
                .current()
                .metadataFileLocation());
    byte[] whole = Files.readAllBytes(newest);
    Files.write(newest, Arrays.copyOf(whole, (int) (whole.length * share)));

    Throwable failure =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                catchThrowable(
                    () -> offline.open().loadTable(offline.identifier("events_orders"))));

    assertThat(StorageFailure.sentence(failure, folder.toString()))
        .hasValueSatisfying(
            sentence ->
                assertThat(sentence)
                    .startsWith("The metadata file " + newest + " of an offline table is damaged")
                    .contains("go back to the one before")
                    .contains("metadata_location")
                    .contains(newest.getParent() + "/0000"));
  }

  @Test
  void aCatalogThatAnotherProgramLocksIsReported() throws Exception {
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

      assertThat(StorageFailure.sentence(failure, folder.toString()))
          .hasValueSatisfying(
              sentence -> assertThat(sentence).contains("locked", "catalog.db", "nothing is lost"));
    }
  }

  @Test
  void anyOtherFailureIsNotExplained() {
    assertThat(StorageFailure.sentence(new IllegalStateException("no vector"), "/tables"))
        .isEmpty();
  }
}
