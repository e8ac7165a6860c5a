package io.leat.features.offline.trainingset;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.offline.replay.Shops;
import io.leat.features.offline.replay.Shops.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/** The laws of a training set, over random histories and through the whole job. */
class PointInTimeProperties {
  private static final int ORDERS = 150;

  private Path folder;

  @BeforeTry
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("training-set");
  }

  @AfterTry
  void deleteFolder() throws IOException {
    FileUtils.deleteDirectory(folder.toFile());
  }

  @Property(tries = 5, shrinking = ShrinkingMode.OFF)
  void everyRowIsWhatANaiveLookThroughAllEventsGives(@ForAll long seed) throws IOException {
    Shops shops = new Shops(seed, ORDERS);
    shops.write(folder.resolve("warehouse"), seed);
    NaiveRisk naive = new NaiveRisk(shops);

    List<Map<String, @Nullable Object>> rows =
        TrainingSetRun.of(folder, folder.resolve("set")).rows();

    assertThat(rows).hasSize(ORDERS);
    List<Order> inOrder =
        shops.orders.stream()
            .sorted(Comparator.comparingLong(Order::time).thenComparing(Order::id))
            .toList();
    for (int i = 0; i < ORDERS; i++) {
      assertThat(rows.get(i)).isEqualTo(naive.row(inOrder.get(i)));
    }
  }

  /** What happens later, and what is only then known of what happened before, changes no row. */
  @Property(tries = 2, shrinking = ShrinkingMode.OFF)
  void nothingThatHappensAfterARowChangesIt(@ForAll long seed) throws IOException {
    Shops shops = new Shops(seed, ORDERS);
    long now = Shops.FIRST + 2 * 24 * 60 * 60_000L;
    Shops known = new Shops(seed, ORDERS);
    known.orders.removeIf(order -> order.time() > now);
    known.complaints.removeIf(complaint -> complaint.time() > now * 1_000);
    shops.write(folder.resolve("all/warehouse"), seed);
    known.write(folder.resolve("known/warehouse"), seed);

    List<Map<String, @Nullable Object>> all =
        features(TrainingSetRun.of(folder.resolve("all"), folder.resolve("a")).rows(), now);
    List<Map<String, @Nullable Object>> then =
        features(TrainingSetRun.of(folder.resolve("known"), folder.resolve("k")).rows(), now);

    assertThat(all).isNotEmpty().isEqualTo(then);
  }

  private static List<Map<String, @Nullable Object>> features(
      List<Map<String, @Nullable Object>> rows, long until) {
    rows.removeIf(row -> (Long) row.get("event_time") > until * 1_000);
    rows.forEach(row -> row.remove("label"));
    return rows;
  }

  @Example
  void rowsOfATimeRangeAreTheSameAsAmongAll() throws IOException {
    Shops shops = new Shops(11, ORDERS);
    shops.write(folder.resolve("warehouse"), 11);

    List<Map<String, @Nullable Object>> all =
        TrainingSetRun.of(folder, folder.resolve("all")).rows();
    List<Map<String, @Nullable Object>> some =
        TrainingSetRun.of(
                folder,
                folder.resolve("some"),
                "--from=1970-01-01T06:00:00Z",
                "--to=1970-01-01T18:00:00Z")
            .rows();

    all.removeIf(
        row ->
            (Long) row.get("event_time") < 6 * 3_600_000_000L
                || (Long) row.get("event_time") >= 18 * 3_600_000_000L);
    assertThat(some).isNotEmpty().isEqualTo(all);
  }
}
