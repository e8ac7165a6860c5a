package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.TableSnapshot;
import io.leat.runtime.settings.FlinkJobOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjIntConsumer;
import org.apache.avro.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineCatalogTest {
  @TempDir private Path warehouse;
  private OfflineCatalog offline;
  private Catalog catalog;

  @BeforeEach
  void open() {
    offline = OfflineCatalog.of(options(warehouse.toString()), "parcel-post");
    catalog = offline.open();
  }

  @Test
  void aTableIsMadeOnceByDayInTheNamespaceOfThePipeline() {
    Table made = ensure(table("{'name': 'amount', 'type': 'double'}"));
    Table again = ensure(table("{'name': 'amount', 'type': 'double'}"));

    assertThat(offline.identifier("events_x")).hasToString("parcel_post.events_x");
    assertThat(made.spec().fields()).hasSize(1);
    assertThat(made.spec().fields().get(0).transform()).hasToString("day");
    assertThat(again.uuid()).isEqualTo(made.uuid());
    assertThat(again.schema().sameSchema(made.schema())).isTrue();
  }

  @Test
  void aCatalogThatCannotBeClosedHidesNoErrorBeforeIt() {
    OfflineCatalog failing =
        OfflineCatalog.of(
            warehouse.toString(), Map.of("catalog-impl", DoesNotClose.class.getName()), "p");
    IllegalStateException first = new IllegalStateException("the first error");

    assertThatThrownBy(
            () ->
                failing.with(
                    opened -> {
                      throw first;
                    }))
        .isSameAs(first)
        .satisfies(
            e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("could not be closed"));
  }

  /** A catalog of which nothing is asked but that it closes. */
  public static final class DoesNotClose extends InMemoryCatalog {
    @Override
    public void close() throws IOException {
      throw new IOException("no room");
    }
  }

  @Test
  void aContractThatGrewAddsColumnsAndWidensNumbersAndForgetsNothing() {
    ensure(table("{'name': 'gone', 'type': 'string'}, {'name': 'count', 'type': 'int'}"));

    Table grown =
        ensure(table("{'name': 'count', 'type': 'long'}, {'name': 'new', 'type': 'int'}"));
    Table shrunk = ensure(table("{'name': 'count', 'type': 'int'}"));

    assertThat(grown.schema().findField("count").type()).isEqualTo(Types.LongType.get());
    assertThat(grown.schema().findField("gone")).isNotNull();
    assertThat(grown.schema().findField("new").isOptional()).isTrue();
    assertThat(shrunk.schema().findField("count").type()).isEqualTo(Types.LongType.get());
  }

  @Test
  void aTagIsSetThoughSomebodyElseCommittedSinceTheSnapshotWasPicked() throws Exception {
    Table table = ensure(table("{'name': 'amount', 'type': 'double'}"));
    table.newFastAppend().commit();
    try (Snapshots snapshots = new Snapshots(offline, Map.of())) {
      TableSnapshot picked = snapshots.pick("events_x", Expressions.alwaysTrue());
      table.newFastAppend().commit();

      snapshots.tag("training-set-1");

      table.refresh();
      assertThat(table.refs().get("training-set-1").snapshotId()).isEqualTo(picked.id());
    }
  }

  @Test
  void jobsMaintenanceAndCommandsChangeATableAtOnceAndNoneFails() throws Exception {
    int rounds = 12;
    ensure(table("{'name': 'amount', 'type': 'double'}")).newFastAppend().commit();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> all =
          List.of(
              repeat(rounds, (own, round) -> own.newFastAppend().commit()), // a job
              repeat(
                  rounds,
                  (own, round) -> own.expireSnapshots().expireOlderThan(0).retainLast(1).commit()),
              repeat(
                  rounds,
                  (own, round) ->
                      TableCommits.commit(
                          own,
                          fresh ->
                              fresh
                                  .manageSnapshots()
                                  .createTag("t" + round, fresh.currentSnapshot().snapshotId())
                                  .commit())),
              repeat(
                  rounds,
                  (own, round) ->
                      ensure(
                          table(
                              "{'name': 'amount', 'type': 'double'}, {'name': 'f%d', 'type': 'int'}"
                                  .formatted(round)))));
      for (Future<Void> done : threads.invokeAll(all)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }

    Table table = catalog.loadTable(offline.identifier("events_x"));
    assertThat(table.refs().keySet()).contains("t0", "t" + (rounds - 1)).hasSize(rounds + 1);
    assertThat(table.schema().findField("f" + (rounds - 1))).isNotNull();
  }

  /** One of those who change the table, each with a catalog of its own. */
  private Callable<Void> repeat(int rounds, ObjIntConsumer<Table> change) {
    return () -> {
      Catalog own = offline.open();
      try {
        for (int round = 0; round < rounds; round++) {
          change.accept(own.loadTable(offline.identifier("events_x")), round);
        }
      } finally {
        OfflineCatalog.close(own);
      }
      return null;
    };
  }

  @Test
  void aTypeThatIsNotWiderIsRefusedWithTheRemedy() {
    ensure(table("{'name': 'amount', 'type': 'double'}"));

    assertThatThrownBy(() -> ensure(table("{'name': 'amount', 'type': 'string'}")))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("parcel_post.events_x cannot take event x")
        .hasMessageContaining("amount")
        .hasMessageContaining("another name");
  }

  @Test
  void aFieldCalledAsTheTablesOwnColumnIsRefused() {
    assertThatThrownBy(() -> table("{'name': 'at', 'type': 'string'}"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("two columns at");
  }

  @Test
  void aWarehouseInAnObjectStoreNeedsACatalog() {
    assertThatThrownBy(() -> OfflineCatalog.of(options("s3://bucket/warehouse"), "parcel-post"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("--catalog-properties");
  }

  private Table ensure(OfflineTable wanted) {
    return OfflineCatalog.ensure(catalog, offline.identifier(wanted.name()), wanted);
  }

  /** The table {@code events_x} with these fields of Avro, and a time {@code at}. */
  private static OfflineTable table(String fields) {
    Schema schema =
        new Schema.Parser()
            .parse(
                "{'type': 'record', 'name': 'X', 'fields': [%s]}"
                    .formatted(fields)
                    .replace('\'', '"'));
    AtomicInteger ids = new AtomicInteger();
    List<Types.NestedField> columns = new ArrayList<>(AvroColumns.columns(schema, ids));
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(), "at", Types.TimestampType.withZone(), "When."));
    return OfflineTables.table("events_x", columns, java.util.Optional.empty(), "at", "event x");
  }

  private static FlinkJobOptions options(String warehouse) {
    return FlinkJobOptions.of(
        Path.of("."), "localhost:1", "http://localhost:1", Path.of("state"), warehouse);
  }
}
