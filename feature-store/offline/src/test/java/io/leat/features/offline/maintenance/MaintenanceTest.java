package io.leat.features.offline.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.offline.maintenance.TableMaintenance.Keep;
import io.leat.features.offline.maintenance.TableMaintenance.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.SnapshotUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceTest {
  private static final Keep LONG = new Keep(Duration.ofDays(1), Duration.ofDays(1));
  private static final Keep NOTHING = new Keep(Duration.ZERO, Duration.ofDays(1));

  @TempDir private Path warehouse;
  private Grists grists;

  @BeforeEach
  void open() {
    grists = new Grists(warehouse);
  }

  @AfterEach
  void close() {
    grists.close();
  }

  @Test
  void manySmallFilesBecomeOneADayWithTheSameRowsInTheirOrder() throws Exception {
    for (int i = 0; i < 60; i++) {
      grists.stream(10 * i, 10 * (i + 1));
    }
    assertThat(grists.files()).hasSizeGreaterThan(60);

    Report report = maintain(LONG);

    assertThat(grists.files()).hasSize(Grists.DAYS);
    assertThat(grists.numbers()).isEqualTo(range(0, 600));
    assertThatFilesAreSorted();
    assertThat(report.problems()).isEmpty();
    assertThat(report.before().files()).isGreaterThan(60);
    assertThat(report.after().files()).isEqualTo(Grists.DAYS);
    assertThat(report.after().bytes()).isLessThan(report.before().bytes() / 10);
    assertThat(report.after().rows()).isEqualTo(600);
  }

  @Test
  void whatHasNothingToGainIsLeftAlone() throws Exception {
    grists.stream(0, 1000);
    maintain(LONG);
    Snapshot once = grists.table().currentSnapshot();

    maintain(LONG);

    assertThat(grists.table().currentSnapshot().snapshotId()).isEqualTo(once.snapshotId());
  }

  @Test
  void filesOfAWriterThatDidNotSortAreSorted() throws Exception {
    grists.append(Grists.numbersOfDay(0, 600));
    grists.append(Grists.numbersOfDay(1, 600));
    grists.stream(600, 700);
    assertThat(grists.keysIn(grists.files().get(0))).isNotEmpty();

    maintain(LONG);

    assertThat(grists.files()).hasSize(Grists.DAYS);
    assertThat(grists.numbers()).isEqualTo(range(0, 700));
    assertThatFilesAreSorted();
  }

  @Test
  void aLargeFileWaitsUntilTheSmallOnesAreWorthWritingItAgain() throws Exception {
    Table table = grists.table();
    grists.append(Grists.numbersOfDay(0, 4000));
    maintain(LONG);
    DataFile large = grists.files().get(0);
    table
        .updateProperties()
        .set(
            TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
            Long.toString(large.fileSizeInBytes() * 2))
        .commit();

    int smallOnes = 0;
    long smallBytes = 0;
    while (smallBytes * 4 < large.fileSizeInBytes()) {
      assertThat(locations()).as("after %d small files", smallOnes).contains(large.location());
      int first = 10_000 + 10 * smallOnes++;
      grists.append(IntStream.range(first, first + 10));
      maintain(LONG);
      smallBytes =
          grists.files().stream()
              .filter(file -> !file.location().equals(large.location()))
              .mapToLong(DataFile::fileSizeInBytes)
              .sum();
    }
  }

  @Test
  void deletedRowsDoNotComeBack() throws Exception {
    grists.stream(0, 100);
    grists.stream(100, 200);
    List<DataFile> files = grists.files();
    for (DataFile file : files) {
      grists.deleteFirstRow(file);
    }
    List<Integer> left = grists.numbers();
    assertThat(left).hasSize(200 - files.size());

    maintain(LONG);

    assertThat(grists.numbers()).isEqualTo(left);
    assertThat(grists.files()).hasSize(Grists.DAYS);
  }

  @Test
  void oldSnapshotsGoWithTheFilesThatOnlyTheyHeldAndTagsStay() throws Exception {
    for (int i = 0; i < 20; i++) {
      grists.stream(10 * i, 10 * (i + 1));
    }
    Table table = grists.table();
    long tagged = table.currentSnapshot().parentId();
    table.manageSnapshots().createTag("training-set", tagged).commit();
    grists.stream(200, 210);
    maintain(LONG);
    grists.stream(210, 220);

    Report report = maintain(NOTHING);

    Table after = grists.table();
    assertThat(after.snapshot(tagged)).isNotNull();
    assertThat(report.before().snapshots()).isGreaterThan(22);
    assertThat(report.after().snapshots()).isLessThanOrEqualTo(4);
    assertThat(grists.numbers()).isEqualTo(range(0, 220));
    // Of the tag's snapshot every file is there yet; of the others only the newest.
    after.manageSnapshots().removeTag("training-set").commit();
    maintain(NOTHING);
    assertThat(Grists.parquetFiles(warehouse).size())
        .isLessThanOrEqualTo(2 * Grists.DAYS + Grists.DAYS);
  }

  @Test
  void aJobThatComesBackLateFindsItsNewestSnapshot() throws Exception {
    for (int i = 0; i < 6; i++) {
      grists.stream(10 * i, 10 * (i + 1));
    }
    long newestOfJob = grists.table().currentSnapshot().snapshotId();
    maintain(LONG); // makes a snapshot of its own
    grists.append(Grists.numbersOfDay(0, 5));
    maintain(LONG);

    maintain(NOTHING);

    Table table = grists.table();
    assertThat(StreamSupport.stream(SnapshotUtil.currentAncestorIds(table).spliterator(), false))
        .contains(newestOfJob);
    assertThat(table.currentSnapshot().snapshotId()).isNotEqualTo(newestOfJob);
  }

  @Test
  void filesOfNoSnapshotGoWhenNoCheckpointCanHoldThemAnyMore() throws Exception {
    grists.stream(0, 10);
    Path old = orphan("old.parquet", Duration.ofHours(49));
    Path young = orphan("young.parquet", Duration.ofHours(23));
    for (Path mine : Grists.parquetFiles(warehouse)) {
      if (!mine.equals(old) && !mine.equals(young)) {
        age(mine, Duration.ofHours(49)); // of the table: not an orphan, however old
      }
    }

    Report report = maintain(LONG);

    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(report.orphans()).isEqualTo(new OrphanFiles.Deleted(1, 3));
    assertThat(grists.numbers()).isEqualTo(range(0, 10));
  }

  @Test
  void filesThatACheckpointMayHoldStayHoweverLongItsJobIsDown() throws Exception {
    grists.stream(0, 10);
    Path pending = orphan("pending.parquet", Duration.ZERO);
    InstantSource aMonthLater = InstantSource.offset(InstantSource.system(), Duration.ofDays(30));

    Report report =
        TableMaintenance.run(
            grists.table(),
            "grists",
            new Keep(Duration.ofHours(1), Duration.ofHours(1)),
            aMonthLater);

    assertThat(pending).exists();
    assertThat(report.orphans()).isEqualTo(OrphanFiles.Deleted.NONE);
  }

  @Test
  void noFileGoesWhereNoJobHasCommitted() throws Exception {
    grists.append(Grists.numbersOfDay(0, 10));
    Path old = orphan("old.parquet", Duration.ofDays(400));

    maintain(LONG);

    assertThat(old).exists();
  }

  @Test
  void aWriterThatCommitsMeanwhileIsNotDisturbedAndEveryRowIsThereOnce() throws Exception {
    int commits = 60;
    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> streamAll(commits));

    List<Report> reports = new ArrayList<>();
    while (!writing.isDone()) {
      reports.add(maintain(NOTHING));
    }
    writing.get();
    reports.add(maintain(NOTHING));

    assertThat(reports).hasSizeGreaterThan(2);
    assertThat(reports).flatExtracting(Report::problems).isEmpty();
    assertThat(grists.numbers()).isEqualTo(range(0, 10 * commits));
    assertThat(grists.files()).hasSize(Grists.DAYS);
    assertThatFilesAreSorted();
  }

  @Test
  void twoAtOnceDoNoHarm() throws Exception {
    for (int i = 0; i < 40; i++) {
      grists.stream(10 * i, 10 * (i + 1));
    }
    try (Grists other = new Grists(warehouse)) {
      CompletableFuture<Report> second =
          CompletableFuture.supplyAsync(
              () -> TableMaintenance.run(other.table(), "grists", LONG, InstantSource.system()));
      maintain(LONG);
      second.get();
    }

    maintain(LONG);

    assertThat(grists.numbers()).isEqualTo(range(0, 400));
    assertThat(grists.files()).hasSize(Grists.DAYS);
  }

  private void streamAll(int commits) {
    try (Grists own = new Grists(warehouse)) {
      for (int i = 0; i < commits; i++) {
        own.stream(10 * i, 10 * (i + 1));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Report maintain(Keep keep) {
    return TableMaintenance.run(grists.table(), "grists", keep, InstantSource.system());
  }

  private Path orphan(String name, Duration age) throws IOException {
    Path file = Grists.parquetFiles(warehouse).get(0).resolveSibling(name);
    Files.write(file, new byte[] {1, 2, 3});
    age(file, age);
    return file;
  }

  private static void age(Path file, Duration age) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  private List<String> locations() throws IOException {
    return grists.files().stream().map(DataFile::location).toList();
  }

  private void assertThatFilesAreSorted() throws IOException {
    for (DataFile file : grists.files()) {
      List<String> keys = grists.keysIn(file);
      assertThat(keys).isEqualTo(keys.stream().sorted().toList());
      assertThat(file.sortOrderId()).isEqualTo(grists.table().sortOrder().orderId());
    }
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }
}
