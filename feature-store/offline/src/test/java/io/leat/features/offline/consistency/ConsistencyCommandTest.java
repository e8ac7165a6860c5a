package io.leat.features.offline.consistency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.features.engine.ServiceReplay;
import io.leat.features.engine.ServiceReplay.Vector;
import io.leat.features.offline.OfflineTableWriter;
import io.leat.features.offline.OfflineTableWriter.Arrived;
import io.leat.features.offline.OfflineTableWriter.Logged;
import io.leat.features.offline.replay.Shops;
import io.leat.pipeline.definition.FeatureService;
import io.leat.schemas.NullReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders that came out of order, late ones among them, and the vectors that the stream made. */
class ConsistencyCommandTest {
  private static final int ORDERS = 300;

  @TempDir private Path folder;

  private final Shops shops = new Shops(5, ORDERS);

  @Test
  void anUndisturbedLogIsConsistentBitForBit() throws IOException {
    List<Logged> log = log("habits", orders(1));
    long nulls =
        log.stream()
            .filter(one -> one.vector().values().get(1) == null)
            .filter(one -> one.vector().keys().containsKey("customer"))
            .count();
    assertThat(nulls).as("windows that are no longer whole are among them").isPositive();
    write("habits", log);

    Run run = run("habits");

    assertThat(run.code()).as(run.said()).isZero();
    assertThat(run.report().path("consistent").asBoolean()).isTrue();
    assertThat(run.report().path("orderIsKnown").asBoolean()).isTrue();
    assertThat(run.vectors("equal")).isEqualTo(ORDERS);
    run.report()
        .path("features")
        .forEach(feature -> assertThat(feature.path("equal").asInt()).isEqualTo(ORDERS));
  }

  @Test
  void whatIsWrongIsFoundAndNamed() throws IOException {
    List<Logged> log = log("habits", orders(1));
    Logged changed = log.get(10);
    int feature = 1; // spending.orders_1h
    Object before = changed.vector().values().get(feature);
    List<Object> values = new ArrayList<>(changed.vector().valuesOrReasons());
    values.set(feature, 41L);
    log.set(10, with(changed, values, changed.definition()));
    Logged other = log.get(20);
    log.set(20, with(other, other.vector().valuesOrReasons(), "anotherDefinition"));
    Logged twice = log.get(30);
    log.add(twice);
    Logged gone = log.remove(40);
    write("habits", log);

    Run run = run("habits");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.report().path("consistent").asBoolean()).isFalse();
    assertThat(run.vectors("equal")).isEqualTo(ORDERS - 3);
    assertThat(run.vectors("unequal")).isEqualTo(1);
    assertThat(run.vectors("otherDefinition")).isEqualTo(1);
    assertThat(run.vectors("extra")).isEqualTo(1);
    assertThat(run.vectors("missing")).isEqualTo(1);
    assertThat(run.report().at("/vectors/extraExamples/0").asText())
        .isEqualTo(twice.vector().eventId());
    assertThat(run.report().at("/vectors/missingExamples/0").asText())
        .isEqualTo(gone.vector().eventId());
    JsonNode found = run.report().path("features").get(feature);
    assertThat(found.path("name").asText()).isEqualTo("spending.orders_1h");
    assertThat(found.path("unequal").asInt()).isEqualTo(1);
    assertThat(found.at("/examples/0/eventId").asText()).isEqualTo(changed.vector().eventId());
    assertThat(found.at("/examples/0/logged").asText()).isEqualTo("41");
    assertThat(found.at("/examples/0/recomputed").asText(null))
        .isEqualTo(Objects.toString(before, null));
    assertThat(run.report().path("features").get(2).path("unequal").asInt()).isZero();

    Run text = run("habits", false);
    assertThat(text.said())
        .contains("NOT consistent")
        .contains("spending.orders_1h of %s (".formatted(changed.vector().eventId()))
        .contains("logged 41, recomputed " + before)
        .contains("Compare what lies before them: --to TIME.");
  }

  @Test
  void aNullForAnotherReasonIsUnequalAndOneThatTheStoreDidNotKnowIsNotCompared()
      throws IOException {
    List<Logged> log = log("habits", orders(1));
    int late = placeOf(log, NullReason.NO_KEY, 0);
    int waiting = placeOf(log, NullReason.NO_KEY, late + 1);
    int removed = placeOf(log, NullReason.NO_KEY, waiting + 1);
    Logged first = log.get(late);
    Logged second = log.get(waiting);
    log.set(late, with(first, replaced(first, NullReason.LATE), first.definition()));
    log.set(waiting, with(second, replaced(second, NullReason.NOT_YET), second.definition()));
    Logged third = log.get(removed);
    log.set(removed, with(third, replaced(third, NullReason.REMOVED), third.definition()));
    write("habits", log);

    Run run = run("habits");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.vectors("equal")).isEqualTo(ORDERS - 1);
    assertThat(run.vectors("unequal")).isEqualTo(1);
    JsonNode found = run.report().path("features").get(1);
    assertThat(found.path("notYet").asInt()).isEqualTo(1);
    assertThat(found.path("removed").asInt()).isEqualTo(1);
    assertThat(found.at("/examples/0/logged").isNull()).isTrue();
    assertThat(found.at("/examples/0/loggedReason").asText()).isEqualTo("late");
    assertThat(found.at("/examples/0/recomputedReason").asText()).isEqualTo("no_key");
    assertThat(run("habits", false).said())
        .contains("logged null (late), recomputed null (no_key)")
        .contains("spending.orders_1h: not compared where its view waited for its backfill: 1")
        .contains("spending.orders_1h: not compared where idle keys had been removed: 1");
  }

  private static int placeOf(List<Logged> log, NullReason reason, int from) {
    return IntStream.range(from, log.size())
        .filter(i -> log.get(i).vector().valuesOrReasons().contains(reason))
        .findFirst()
        .orElseThrow();
  }

  /** What the vector has, but for what it has no key for. */
  private static List<Object> replaced(Logged logged, NullReason reason) {
    List<Object> values = new ArrayList<>(logged.vector().valuesOrReasons());
    values.replaceAll(value -> value == NullReason.NO_KEY ? reason : value);
    return values;
  }

  @Test
  void aSampleComparesAllVectorsOfSomeKeys() throws IOException {
    write("habits", log("habits", orders(1)));

    Run run = run("habits", true, "--sample=1/2");

    assertThat(run.code()).as(run.said()).isZero();
    assertThat(run.vectors("equal")).isPositive().isLessThan(ORDERS);
  }

  @Test
  void aTimeRangeComparesTheVectorsOfThatTime() throws IOException {
    write("habits", log("habits", orders(1)));
    long from = 6 * 3_600_000L;
    long to = 18 * 3_600_000L;

    Run run = run("habits", true, "--from=1970-01-01T06:00:00Z", "--to=1970-01-01T18:00:00Z");

    assertThat(run.code()).as(run.said()).isZero();
    assertThat(run.vectors("equal"))
        .isPositive()
        .isEqualTo(
            (int)
                shops.orders.stream()
                    .filter(order -> from <= order.time() && order.time() < to)
                    .count());
  }

  @Test
  void whereStreamsAndPartitionsMeetTheBrokersClocksSayWhatCameFirst() throws IOException {
    List<Event> events = orders(2);
    shops.arrivedComplaints().forEach(complaint -> events.add(new Event("complaints", complaint)));
    events.sort(Comparator.comparingLong(event -> event.arrived().appendedAt()));
    write("risk", log("risk", events), 2);

    Run run = run("risk");

    assertThat(run.code()).as(run.said()).isZero();
    assertThat(run.report().path("orderIsKnown").asBoolean()).isFalse();
    assertThat(run.vectors("equal")).isEqualTo(ORDERS);
  }

  @Test
  void aSampleThatIsNoneIsRefused() throws IOException {
    write("habits", List.of());

    Run run = run("habits", true, "--sample=10");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.said()).contains("--sample is '10'; expected 1/N");
  }

  private record Event(String name, Arrived arrived) {}

  /** Makes a vector of each order, fed in some order. */
  private static List<Logged> log(String service, List<Event> events) {
    FeatureService definition = Shops.PIPELINE.service(service).orElseThrow();
    ServiceReplay replay = new ServiceReplay(definition, Shops.PIPELINE);
    List<Logged> log = new ArrayList<>();
    for (Event event : events) {
      Arrived arrived = event.arrived();
      Optional<Vector> vector = replay.feed(event.name(), arrived.event());
      vector.ifPresent(
          made ->
              log.add(
                  new Logged(
                      made, definition.definition(), arrived.partition(), arrived.offset())));
    }
    return log;
  }

  /** The orders as they arrived. */
  private List<Event> orders(int partitions) {
    List<Event> events = new ArrayList<>();
    shops.arrivedOrders(partitions).forEach(order -> events.add(new Event("orders", order)));
    return events;
  }

  private void write(String service, List<Logged> log) throws IOException {
    write(service, log, 1);
  }

  private void write(String service, List<Logged> log, int partitions) throws IOException {
    Path warehouse = folder.resolve("warehouse");
    shops.write(warehouse, 5, partitions);
    try (OfflineTableWriter tables = new OfflineTableWriter(warehouse, Shops.PIPELINE)) {
      tables.vectors(service, log);
    }
  }

  private static Logged with(Logged logged, List<Object> values, String definition) {
    Vector vector = logged.vector();
    return new Logged(
        new Vector(vector.eventId(), vector.eventTime(), vector.keys(), values),
        definition,
        logged.partition(),
        logged.offset());
  }

  private record Run(int code, String said) {
    JsonNode report() throws IOException {
      String json = said.lines().filter(line -> line.startsWith("{")).findFirst().orElseThrow();
      return new ObjectMapper().readTree(json);
    }

    int vectors(String figure) throws IOException {
      return report().path("vectors").path(figure).asInt();
    }
  }

  private Run run(String service) {
    return run(service, true);
  }

  private Run run(String service, boolean json, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--service=" + service,
                "--pipeline=" + Shops.FOLDER,
                "--dir=" + folder,
                "--parallelism=2"));
    arguments.addAll(List.of(more));
    if (json) {
      arguments.add("--json");
    }
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, UTF_8));
    try {
      int code = new ConsistencyCommand().execute(arguments.toArray(String[]::new));
      return new Run(code, said.toString(UTF_8));
    } finally {
      System.setOut(before);
    }
  }
}
