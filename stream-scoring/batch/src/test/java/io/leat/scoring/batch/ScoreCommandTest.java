package io.leat.scoring.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.maintenance.MaintenanceMain;
import io.leat.features.offline.trainingset.TrainingSetCommand;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.PublishedModel;
import io.leat.records.Contribution;
import io.leat.records.FeatureVector;
import io.leat.records.ModelVersion;
import io.leat.scoring.batch.Shop.Run;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.Outcome;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import io.leat.scoring.engine.VectorScorer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScoreCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temporary;
  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = new Shop(temporary);
  }

  @Test
  void everyRowHasWhatTheStreamsScorerSaysOfItsVector() throws IOException {
    List<FeatureVector> vectors = shop.vectors(0, 400);
    shop.log(vectors);

    Run run = shop.score("fraud", "vectors_fraud", "batch_fraud");

    assertThat(run.code()).as(run.said()).isZero();
    assertThat(run.said())
        .contains("fraud@champion is version 1 (first), digest " + shop.first.getDigest())
        .contains("scored 300, not scored 100 (NULL_INPUT 80, OTHER_DEFINITION 20)")
        .contains("written: shop.batch_fraud");
    Map<String, Map<String, @Nullable Object>> rows = byEvent(tableRows("batch_fraud"));
    assertThat(rows).hasSize(400);
    try (Opened opened = open(shop.first)) {
      for (FeatureVector vector : vectors) {
        assertRow(rows.get(vector.getEventId()), vector, shop.first, opened.scorer().score(vector));
      }
    }
  }

  private void assertRow(
      Map<String, @Nullable Object> row,
      FeatureVector vector,
      ModelVersion version,
      Outcome outcome)
      throws IOException {
    assertThat(row)
        .containsEntry("event_time", vector.getEventTime().atOffset(ZoneOffset.UTC))
        .containsEntry("customer_id", vector.getKeys().get("customer"))
        .containsEntry("_topic", "payments")
        .containsEntry("_offset", vector.getSource().getOffset())
        .containsEntry("definition", vector.getDefinition())
        .containsEntry("model", "fraud")
        .containsEntry("model_version", "first")
        .containsEntry("model_number", version.getNumber())
        .containsEntry("model_digest", version.getDigest())
        .containsEntry("input", "shop.vectors_fraud")
        .containsEntry("input_snapshot", Long.toString(snapshot("vectors_fraud")))
        .doesNotContainKeys("event__amount", "spending__payments_1d");
    if (outcome instanceof Unscored unscored) {
      assertThat(row)
          .containsEntry("unscored", unscored.reason().name())
          .containsEntry("unscored_message", unscored.message());
      assertThat(row.get("score")).isNull();
      assertThat(row.get("decision")).isNull();
      return;
    }
    Scored scored = (Scored) outcome;
    assertThat(row.get("unscored")).isNull();
    assertThat(Double.doubleToRawLongBits((Double) row.get("score")))
        .isEqualTo(Double.doubleToRawLongBits(scored.prediction().score()));
    assertThat(row.get("decision")).isEqualTo(scored.decision().orElse(null));
    assertThat(JSON.readTree((String) row.get("outputs")))
        .isEqualTo(JSON.readTree(JSON.writeValueAsString(scored.prediction().outputs())));
    assertThat(row.get("contribution_base"))
        .isEqualTo(scored.contributions().map(one -> one.getBase()).orElse(null));
    assertThat(row.get("contributions"))
        .isEqualTo(
            scored
                .contributions()
                .map(
                    one ->
                        one.getFeatures().stream()
                            .collect(
                                Collectors.toMap(Contribution::getFeature, Contribution::getValue)))
                .orElse(null));
  }

  @Test
  void aVersionScoresASnapshotOnce() throws IOException {
    shop.log(shop.vectors(0, 50));
    long before = snapshot("vectors_fraud");
    assertThat(shop.score("fraud@1", "vectors_fraud", "batch_fraud").code()).isZero();

    Run again = shop.score("fraud@first", "shop.vectors_fraud", "shop.batch_fraud");
    assertThat(again.code()).as(again.said()).isZero();
    assertThat(again.said()).contains("already, 50 rows: nothing was added");
    assertThat(snapshots("batch_fraud")).isEqualTo(1);

    assertThat(shop.score("fraud@candidate", "vectors_fraud", "batch_fraud").said())
        .contains("is version 2", "50 rows in");
    shop.log(shop.vectors(50, 60));
    assertThat(shop.score("fraud@1", "vectors_fraud@" + before, "batch_fraud").said())
        .contains("already, 50 rows");
    assertThat(shop.score("fraud@1", "vectors_fraud", "batch_fraud").said()).contains("60 rows in");

    assertThat(snapshots("batch_fraud")).isEqualTo(3);
    assertThat(
            tableRows("batch_fraud").stream()
                .collect(
                    Collectors.groupingBy(
                        row -> row.get("model_number") + " " + row.get("input_snapshot"),
                        Collectors.counting())))
        .isEqualTo(
            Map.of("1 " + before, 50L, "2 " + before, 50L, "1 " + snapshot("vectors_fraud"), 60L));
  }

  @Test
  void aTrainingSetIsScoredAsItsTableOfVectorsIs() throws IOException {
    Path set = trainingSet(200);
    Path out = temporary.resolve("scores");

    Run run = shop.score("fraud", set.toString(), out.toString());

    assertThat(run.code()).as(run.said()).isZero();
    Map<String, Map<String, @Nullable Object>> rows = byEvent(folderRows(out));
    assertThat(rows).hasSize(200);
    List<Map<String, @Nullable Object>> samples = new ArrayList<>();
    for (String part : List.of("train", "validation", "test")) {
      samples.addAll(fileRows(set.resolve(part + ".parquet")));
    }
    try (Opened opened = open(shop.first)) {
      for (Map<String, @Nullable Object> sample : samples) {
        Map<String, @Nullable Object> row = rows.get((String) sample.get("event_id"));
        List<@Nullable Object> values = new ArrayList<>();
        shop.service.featureNames().forEach(name -> values.add(sample.get(name)));
        Scored scored =
            (Scored)
                opened.scorer().score("fraud", 1, shop.service.definition(), "payment", values);
        assertThat(row.get("score")).isEqualTo(scored.prediction().score());
        assertThat(row.get("label")).isEqualTo(sample.get("label"));
        assertThat(row.get("event_time")).isInstanceOf(OffsetDateTime.class);
        assertThat(row.get("customer_id")).isEqualTo(sample.get("customer_id"));
      }
    }
    JsonNode manifest = JSON.readTree(out.resolve("scores.json").toFile());
    assertThat(manifest.path("modelDigest").asText()).isEqualTo(shop.first.getDigest());
    assertThat(manifest.at("/rows/count").asInt()).isEqualTo(200);
    assertThat(unfinished(out)).isEmpty();

    assertThat(shop.score("fraud", set.toString(), out.toString()).said())
        .contains("already, 200 rows: nothing was added");
    Run another = shop.score("fraud@2", set.toString(), out.toString());
    assertThat(another.code()).isEqualTo(1);
    assertThat(another.said()).contains("holds something else: the scores of version 1 of model");
    assertThat(shop.score("fraud", set.resolve("train.parquet").toString(), "batch_fraud").said())
        .contains("written: shop.batch_fraud");
  }

  @Test
  void aTrainingSetOfAnotherDefinitionIsRefused() throws IOException {
    Path view = shop.folder.resolve("features/spending.yaml");
    Files.writeString(view, Files.readString(view).replace("resolution: 1h", "resolution: 1m"));
    Path set = trainingSet(20);

    assertRefused(
        "fraud",
        set.toString(),
        "batch_fraud",
        set + " was made by the definition ",
        "; the version reads fraud@1, definition " + shop.service.definition());
  }

  @Test
  void maintenanceMergesFilesAndTheRowsAreThereStill() throws IOException {
    Path set = trainingSet(200);
    assertThat(shop.score("fraud", set.toString(), "batch_fraud").code()).isZero();
    List<Map<String, @Nullable Object>> before = tableRows("batch_fraud");
    assertThat(files("batch_fraud")).isEqualTo(2); // one a task

    int code =
        new CommandLine(new MaintenanceMain())
            .execute("--pipeline=" + shop.folder, "--dir=" + shop.stack);

    assertThat(code).isZero();
    assertThat(files("batch_fraud")).isEqualTo(1);
    assertThat(tableRows("batch_fraud")).containsExactlyInAnyOrderElementsOf(before);
    assertThat(shop.score("fraud", set.toString(), "batch_fraud").said())
        .contains("already, 200 rows: nothing was added");
  }

  @Test
  void ofARunThatFailsNothingIsSeen() throws IOException {
    Path set = trainingSet(100);
    Path damaged = set.resolve("validation.parquet");
    byte[] bytes = Files.readAllBytes(damaged);
    for (int i = 4; i < 200; i++) {
      bytes[i] = (byte) 0xff; // the footer is whole
    }
    Files.write(damaged, bytes);
    Path out = temporary.resolve("scores");

    Run folder = shop.score("fraud", set.toString(), out.toString());
    Run table = shop.score("fraud", set.toString(), "batch_fraud");

    assertThat(folder.code()).as(folder.said()).isEqualTo(1);
    assertThat(out).doesNotExist();
    assertThat(unfinished(out)).isEmpty();
    assertThat(table.code()).as(table.said()).isEqualTo(1);
    assertThat(snapshots("batch_fraud")).isZero();
  }

  @Test
  void whatCannotBeScoredIsRefused() throws IOException {
    shop.log(shop.vectors(0, 10));
    shop.pay(10);
    assertRefused("nobody", "vectors_fraud", "batch", "The registry has no model nobody");
    assertRefused("fraud@9", "vectors_fraud", "batch", "Model fraud has no version 9");
    assertRefused("fraud@live", "vectors_fraud", "batch", "has no version live");
    assertRefused("fraud", "vectors_none", "batch", "no offline table shop.vectors_none");
    assertRefused("fraud", "vectors_fraud@77", "batch", "no longer has the snapshot 77");
    assertRefused("fraud", "vectors_fraud@new", "batch", "expected the id of a snapshot");
    assertRefused(
        "fraud",
        "events_payments",
        "batch",
        "no column event.amount (DOUBLE)",
        "spending.payments_1d (LONG)");
    assertRefused("fraud", "vectors_fraud", "scores_fraud", "does not begin as those");
    assertRefused("fraud", "vectors_fraud", "batch-fraud", "expected a name of letters");
    assertRefused("fraud", temporary.resolve("none").toString(), "batch", "no file or folder");
    assertRefused("fraud", shop.folder.toString(), "batch", "has no file *.parquet");
    Path text = Files.writeString(temporary.resolve("text.parquet"), "no Parquet at all");
    assertRefused("fraud", text.toString(), "batch", "cannot be read as Parquet");
    assertRefused(
        "fraud", "vectors_fraud", shop.folder.toString(), "it has no scores.json of 'leat score'");
    String sha256 = PublishedModel.manifest(shop.first).model().sha256();
    Path artifact = shop.artifacts().resolve(sha256.substring(0, 2)).resolve(sha256);
    Files.writeString(artifact, "another");
    assertRefused("fraud", "vectors_fraud", "batch", "holds other bytes than were published");
    assertThat(names()).containsExactly("events_payments", "vectors_fraud");
  }

  /** Of so many payments. */
  private Path trainingSet(int payments) throws IOException {
    shop.pay(payments);
    Path set = temporary.resolve("set");
    Run made =
        shop.run(
            arguments -> new TrainingSetCommand().execute(arguments),
            "--service=fraud",
            "--out=" + set);
    assertThat(made.code()).as(made.said()).isZero();
    return set;
  }

  private void assertRefused(String model, String input, String output, String... says) {
    Run run = shop.score(model, input, output);
    assertThat(run.code()).as(run.said()).isEqualTo(1);
    assertThat(run.said()).contains(says);
  }

  /** A version that is open for a test. */
  private record Opened(LoadedVersion version, VectorScorer scorer) implements AutoCloseable {
    @Override
    public void close() {
      scorer.close();
      version.release();
    }
  }

  private Opened open(ModelVersion version) {
    try (ArtifactStore store = ArtifactStore.open(shop.artifacts().toString())) {
      LoadedVersion loaded = LoadedVersion.open(version, store, new SimpleMeterRegistry());
      return new Opened(loaded, new VectorScorer(loaded));
    }
  }

  private List<String> names() {
    OfflineCatalog offline = shop.catalog();
    return offline.with(
        catalog -> offline.tables(catalog).stream().map(table -> table.name()).toList());
  }

  private <T> T withTable(String name, Function<Table, T> use) {
    OfflineCatalog offline = shop.catalog();
    return offline.with(catalog -> use.apply(catalog.loadTable(offline.identifier(name))));
  }

  private long snapshot(String name) {
    return withTable(name, table -> table.currentSnapshot().snapshotId());
  }

  private long snapshots(String name) {
    return withTable(
        name, table -> StreamSupport.stream(table.snapshots().spliterator(), false).count());
  }

  private long files(String name) {
    return withTable(
        name,
        table ->
            Long.parseLong(
                table.currentSnapshot().summary().get(SnapshotSummary.TOTAL_DATA_FILES_PROP)));
  }

  private List<Map<String, @Nullable Object>> tableRows(String name) {
    return withTable(
        name,
        table -> {
          try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
            return rows(records);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static List<Map<String, @Nullable Object>> folderRows(Path folder) throws IOException {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".parquet")).toList()) {
        rows.addAll(fileRows(file));
      }
    }
    return rows;
  }

  private static List<Map<String, @Nullable Object>> fileRows(Path file) throws IOException {
    Schema schema;
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      schema = ParquetSchemaUtil.convert(reader.getFileMetaData().getSchema());
    }
    try (CloseableIterable<Record> records =
        Parquet.read(org.apache.iceberg.Files.localInput(file.toFile()))
            .project(schema)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
            .build()) {
      return rows(records);
    }
  }

  private static List<Map<String, @Nullable Object>> rows(Iterable<Record> records) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Record record : records) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      record
          .struct()
          .fields()
          .forEach(column -> row.put(column.name(), record.getField(column.name())));
      rows.add(row);
    }
    return rows;
  }

  private static Map<String, Map<String, @Nullable Object>> byEvent(
      List<Map<String, @Nullable Object>> rows) {
    Map<String, Map<String, @Nullable Object>> found = new HashMap<>();
    for (Map<String, @Nullable Object> row : rows) {
      assertThat(found.put((String) row.get("event_id"), row)).as("once").isNull();
    }
    return found;
  }

  /** Folders beside an output that a run has not finished. */
  private static List<Path> unfinished(Path out) throws IOException {
    try (Stream<Path> beside = Files.list(out.getParent())) {
      return beside
          .filter(file -> file.getFileName().toString().startsWith("." + out.getFileName() + "-"))
          .toList();
    }
  }
}
