package io.leat.features.offline.trainingset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.features.engine.Micros;
import io.leat.features.engine.ServiceReplay;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineTableWriter;
import io.leat.features.offline.OfflineTableWriter.Arrived;
import io.leat.features.offline.replay.EventCodec;
import io.leat.features.offline.replay.Shops;
import io.leat.features.offline.replay.Shops.Order;
import io.leat.pipeline.definition.FeatureService;
import io.leat.runtime.settings.TrainingSetOptions;
import io.leat.schemas.NullReason;
import io.leat.schemas.NullReasons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSetCommandTest {
  private static final int ORDERS = 200;
  private static final List<String> FILES =
      List.of(
          TrainingSetFiles.TRAIN,
          TrainingSetFiles.VALIDATION,
          TrainingSetFiles.TEST,
          TrainingSetFiles.LINEAGE);

  @TempDir private Path folder;

  private final Shops shops = new Shops(7, ORDERS);

  @BeforeEach
  void write() throws IOException {
    shops.write(folder.resolve("warehouse"), 7);
  }

  @Test
  void theSameTablesGiveTheSameBytes() throws IOException {
    TrainingSetRun first = run("first");
    TrainingSetRun second = run("second", "--parallelism=1");

    assertThat(second.code()).as(second.said()).isZero();
    assertSameFiles(first, second);
    for (RowGroup group :
        ParquetFooter.read(first.out().resolve(TrainingSetFiles.TRAIN)).getRow_groups()) {
      assertThat(group.getColumns())
          .as("another process would write them in another order")
          .allSatisfy(column -> assertThat(column.getMeta_data().getEncodings()).isSorted());
    }
  }

  @Test
  void itsSnapshotsAreReadAgainWhenTheTablesHaveGrownAndOldSnapshotsAreGone() throws IOException {
    TrainingSetRun untagged = run("untagged", "--no-tag");
    grow("more");
    TrainingSetRun tagged = run("tagged");
    grow("yetMore");
    try (OfflineTableWriter tables = tables()) {
      tables.expireSnapshots("events_orders");
    }

    TrainingSetRun again = run("again", "--snapshots-of=" + tagged.out());
    TrainingSetRun gone = run("gone", "--snapshots-of=" + untagged.out());
    TrainingSetRun now = run("now");

    assertThat(tagged.rows()).hasSize(ORDERS + 1);
    assertSameFiles(tagged, again);
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.said()).contains("shops.events_orders no longer has the snapshot");
    assertThat(now.rows()).hasSize(ORDERS + 2);
  }

  @Test
  void whatTheTablesDoNotHoldYetIsWaitedFor() throws Exception {
    List<String> said = new ArrayList<>();

    new AwaitTables(List.of("orders/0/" + ORDERS), Duration.ofMinutes(2))
        .await(
            OfflineCatalog.of(
                folder.resolve("warehouse").toString(), Map.of(), Shops.PIPELINE.name()),
            line -> {
              said.add(line);
              growUnchecked("more");
            });

    assertThat(said).containsExactly("waits for offsets 200 to 200 of orders/0");
  }

  @Test
  void whatIsNotThereInTimeIsToldAndTheRestIsRead() throws IOException {
    TrainingSetRun run = run("late", "--await=orders/0/" + (ORDERS + 9), "--await-at-most=1ms");

    assertThat(run.said()).contains(TrainingSetOptions.BEHIND + "offsets 200 to 209 of orders/0");
    assertThat(run.rows()).hasSize(ORDERS);
    assertThat(run("there", "--await=orders/0/" + (ORDERS - 1)).said())
        .doesNotContain(TrainingSetOptions.BEHIND);
    assertThat(run("wrong", "--await=orders").said()).contains("'orders'; expected EVENT");
  }

  private void growUnchecked(String id) {
    try {
      grow(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void grow(String id) throws IOException {
    Order more = new Order(id, Shops.FIRST, "customer-1", 1, 1_000.0, "WEB");
    try (OfflineTableWriter tables = tables()) {
      tables.events("orders", List.of(new Arrived(more.event(), 0, ORDERS, 0)));
    }
  }

  private OfflineTableWriter tables() {
    return new OfflineTableWriter(folder.resolve("warehouse"), Shops.PIPELINE);
  }

  private static void assertSameFiles(TrainingSetRun one, TrainingSetRun other) {
    for (String file : FILES) {
      assertThat(other.out().resolve(file)).hasSameBinaryContentAs(one.out().resolve(file));
    }
  }

  @Test
  void partsAreSplitByTimeAndTheLineageSaysWhere() throws IOException {
    TrainingSetRun run = run("set", "--split=0.5,0.25,0.25");

    List<Map<String, @Nullable Object>> train = run.rows(TrainingSetFiles.TRAIN);
    List<Map<String, @Nullable Object>> validation = run.rows(TrainingSetFiles.VALIDATION);
    List<Map<String, @Nullable Object>> test = run.rows(TrainingSetFiles.TEST);
    assertThat(train.size() + validation.size() + test.size()).isEqualTo(ORDERS);
    assertThat(train.size()).isBetween(ORDERS / 2 - 20, ORDERS / 2);
    assertThat(time(train.get(train.size() - 1))).isLessThan(time(validation.get(0)));
    assertThat(time(validation.get(validation.size() - 1))).isLessThan(time(test.get(0)));
    JsonNode lineage = lineage(run);
    assertThat(lineage.at("/split/validationFrom").asText())
        .isEqualTo(Micros.toInstant(time(validation.get(0))).toString());
    assertThat(lineage.at("/split/testFrom").asText())
        .isEqualTo(Micros.toInstant(time(test.get(0))).toString());
    assertThat(lineage.at("/rows/count").asInt()).isEqualTo(ORDERS);
    assertThat(lineage.path("files")).hasSize(3);
  }

  @Test
  void everyFileCarriesTheLineageOfItsNumbers() throws IOException {
    TrainingSetRun run = run("set");

    JsonNode beside = lineage(run);
    for (String part : FILES.subList(0, 3)) {
      try (ParquetFileReader file =
          ParquetFileReader.open(new LocalInputFile(run.out().resolve(part)))) {
        Map<String, String> metadata = file.getFileMetaData().getKeyValueMetaData();
        JsonNode within = new ObjectMapper().readTree(metadata.get("leat.lineage"));
        assertThat(within.path("tables")).isEqualTo(beside.path("tables"));
        assertThat(within.path("split")).isEqualTo(beside.path("split"));
      }
    }
    assertThat(beside.path("tables").findValuesAsText("table"))
        .containsExactly("shops.events_complaints", "shops.events_orders");
    assertThat(beside.at("/tables/1/contractVersions/to").asInt()).isEqualTo(1);
    assertThat(beside.at("/tables/1/snapshot").isIntegralNumber()).isTrue();
    assertThat(beside.at("/service/definition").asText())
        .isEqualTo(Shops.PIPELINE.service("risk").orElseThrow().definition());
    assertThat(beside.path("views")).hasSize(4);
  }

  @Test
  void rowsWithoutALabelInTimeAreKeptWithANullOrDropped() throws IOException {
    List<Map<String, @Nullable Object>> all = run("all").rows();
    List<Map<String, @Nullable Object>> labelled = run("labelled", "--unlabelled=drop").rows();

    long unlabelled = all.stream().filter(row -> row.get("label") == null).count();
    assertThat(unlabelled).isPositive().isLessThan(ORDERS);
    all.removeIf(row -> row.get("label") == null);
    assertThat(labelled).isEqualTo(all);
  }

  @Test
  void aLabelMayBeAFieldOfTheEventOrNone() throws IOException {
    List<Map<String, @Nullable Object>> gifts = run("gifts", "--label=gift").rows();
    List<Map<String, @Nullable Object>> none = run("none", "--label=none").rows();

    assertThat(gifts)
        .allSatisfy(
            row ->
                assertThat(row.get("label"))
                    .isEqualTo(String.valueOf(row.get("event_id")).endsWith("7")));
    assertThat(none).hasSize(ORDERS).allSatisfy(row -> assertThat(row).doesNotContainKey("label"));
    assertThat(run("unknown", "--label=fraud").said())
        .contains("There is no label fraud: the service risk declares the label refunded");
  }

  @Test
  void aLabelThatItsRowsFeaturesSeeIsRefused() throws IOException {
    assertThat(run("leaking", "--label=amount").said())
        .contains(
            "Service risk: the label amount is seen before it is known by event.amount (it is")
        .contains("spending.total_1h, spending.total_1d (total of spending@1 takes orders.amount")
        .contains("ratio (it is derived from event.amount)")
        .doesNotContain("shop_sales.max_amount"); // ends an hour before the row
  }

  @Test
  void asOfArrivalRowsAreTheVectorsOfTheStream() throws IOException {
    FeatureService service = Shops.PIPELINE.service("habits").orElseThrow();
    ServiceReplay stream = new ServiceReplay(service, Shops.PIPELINE);
    Map<String, List<Object>> vectors = new HashMap<>();
    for (Order order : shops.orders) {
      stream
          .feed("orders", order.event())
          .ifPresent(vector -> vectors.put(vector.eventId(), vector.valuesOrReasons()));
    }

    List<Map<String, @Nullable Object>> rows =
        run("set", "--service=habits", "--as-of=arrival").rows();
    List<Map<String, @Nullable Object>> byEventTime = run("other", "--service=habits").rows();

    assertThat(rows).hasSize(ORDERS).isNotEqualTo(byEventTime);
    assertThat(vectors.values())
        .as("not everything is known")
        .anySatisfy(vector -> assertThat(vector).contains(NullReason.LATE))
        .anySatisfy(vector -> assertThat(vector).contains(NullReason.NOT_KEPT));
    for (Map<String, @Nullable Object> row : rows) {
      NullReasons.Reader reasons = NullReasons.read((String) row.get(NullReasons.COLUMN));
      List<Object> values = new ArrayList<>();
      for (String name : service.featureNames()) {
        Object value = row.get(name);
        values.add(value == null ? reasons.of(name) : value);
      }
      assertThat(values).isEqualTo(vectors.get(row.get("event_id")));
    }
  }

  @Test
  void aFileMayBringTheRowsTheirLabelsAndFurtherColumns() throws IOException {
    Path records = folder.resolve("spine.avro");
    Path csv = Files.writeString(folder.resolve("asked.csv"), "what the user has\n");
    List<Order> asked = shops.orders.subList(0, 40);
    writeSpine(records, asked, "asked by");

    TrainingSetRun run =
        run("set", "--spine=" + csv, "--spine-records=" + records, "--label=bought");

    NaiveRisk naive = new NaiveRisk(shops);
    Map<String, Map<String, @Nullable Object>> expected = new HashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      Map<String, @Nullable Object> row = naive.row(asked.get(i));
      row.put("event_id", Integer.toString(i + 1));
      row.put("asked by", i == 0 ? null : "user " + i);
      row.put("label", i * 0.5);
      expected.put(Integer.toString(i + 1), row);
    }
    assertThat(run.rows())
        .hasSize(asked.size())
        .allSatisfy(row -> assertThat(row).isEqualTo(expected.get(row.get("event_id"))));
    assertThat(lineage(run).at("/spine/file").asText()).isEqualTo("asked.csv");
    assertThat(lineage(run).at("/spine/sha256").asText()).hasSize(64);

    assertThat(
            run("arrival", "--spine=" + csv, "--spine-records=" + records, "--as-of=arrival")
                .said())
        .contains("rows of a file have never arrived");
    assertThat(run("declared", "--spine=" + csv, "--spine-records=" + records).said())
        .contains("has no column order_id; it needs one to find the label refunded");

    writeSpine(records, asked, "event_id");
    assertThat(
            run("clash", "--spine=" + csv, "--spine-records=" + records, "--label=bought").said())
        .contains("The training set would have two columns event_id")
        .contains("--rename");
  }

  /** The orders without their ids, what the user calls bought, and a further column. */
  private static void writeSpine(Path file, List<Order> orders, String further) throws IOException {
    Schema order = EventCodec.nullable(Shops.PIPELINE.contract("orders").orElseThrow().schema());
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : order.getFields()) {
      if (!field.name().equals("order_id")) {
        fields.add(new Schema.Field(field, field.schema()));
      }
    }
    Schema event = Schema.createRecord("Order", null, "io.leat.test", false, fields);
    Schema label =
        Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.DOUBLE));
    Schema.Field column =
        new Schema.Field(
            "further0",
            Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING)));
    column.addProp("leat.column", further);
    Schema row =
        Schema.createRecord(
            "SpineRow",
            null,
            "io.leat",
            false,
            List.of(new Schema.Field("event", event), column, new Schema.Field("label", label)));
    try (DataFileWriter<GenericRecord> out =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(row))) {
      out.create(row, file.toFile());
      for (int i = 0; i < orders.size(); i++) {
        GenericRecord full = orders.get(i).event();
        GenericRecord part = new GenericData.Record(event);
        fields.forEach(field -> part.put(field.name(), full.get(field.name())));
        GenericRecord record = new GenericData.Record(row);
        record.put("event", part);
        record.put("further0", i == 0 ? null : "user " + i);
        record.put("label", i * 0.5);
        out.append(record);
      }
    }
  }

  @Test
  void whatCannotBeDoneIsSaidInASentenceAndLeavesNothing() throws IOException {
    assertFails(
        "no warehouse",
        run("a", "--warehouse=" + folder.resolve("elsewhere")),
        "There is no warehouse " + folder.resolve("elsewhere"));
    assertThat(folder.resolve("elsewhere")).doesNotExist();
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertFails(
        "no table", run("b", "--warehouse=" + empty), "There is no offline table shops.events_");
    assertFails(
        "no such service", run("f", "--service=fraud"), "has no feature service fraud; it has [");
    assertFails("no rows", run("c", "--from=2030-01-01"), "The training set would have no rows");
    assertFails("no such table", run("d", "--spine=shipments"), "--spine is 'shipments'");
    Path taken = Files.createDirectories(folder.resolve("e"));
    Files.writeString(taken.resolve("mine"), "precious");
    assertFails("the folder is taken", run("e"), "is there already");
    assertThat(taken.resolve("mine")).hasContent("precious");
    assertThat(folder.resolve("c")).doesNotExist();
    assertThat(folder.resolve("c.part")).doesNotExist();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  private static void assertFails(String what, TrainingSetRun run, String message) {
    assertThat(run.code()).as(what).isEqualTo(1);
    assertThat(run.said()).as(what).contains(message);
  }

  private TrainingSetRun run(String out, String... more) {
    return TrainingSetRun.of(folder, folder.resolve(out), more);
  }

  private static JsonNode lineage(TrainingSetRun run) throws IOException {
    assertThat(run.code()).as(run.said()).isZero();
    return new ObjectMapper()
        .readTree(Files.readString(run.out().resolve(TrainingSetFiles.LINEAGE)));
  }

  private static long time(Map<String, @Nullable Object> row) {
    return (Long) row.get("event_time");
  }
}
