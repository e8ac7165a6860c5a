package io.leat.features.online;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.generic.GenericRecord;

/**
 * Wherever the backfill's cut lies, whenever the backfill comes and however its hand-over takes
 * turns with events: every event is counted once.
 */
class BackfillProperties {
  private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
  private static final List<String> CUSTOMERS = List.of("", "a", "b", "c");

  @Property(tries = 60)
  void everyEventIsCountedOnce(
      @ForAll @IntRange(max = 10) int before,
      @ForAll @IntRange(max = 30) int seen,
      @ForAll @IntRange(max = 40) int cutBehind,
      @ForAll @IntRange(max = 30) int comesAfter,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    List<GenericRecord> events = new ArrayList<>();
    for (int i = 0; i < before + seen; i++) {
      events.add(
          Shop.payment(
              "p" + i,
              NOON + random.nextInt(600_000),
              random.nextInt(8) == 0 ? null : CUSTOMERS.get(random.nextInt(CUSTOMERS.size())),
              "t1",
              1 << random.nextInt(20)));
    }
    int cut = Math.min(before + cutBehind, events.size());
    Path folder = Files.createTempDirectory("backfill");
    try (BackfilledShop shop = new BackfilledShop(folder)) {
      for (int i = 0; i < before; i++) { // what an older topology has seen: only its place counts
        shop.pay(Shop.payment("old" + i, NOON, null, null, 0));
      }
      boolean come = false;
      for (int i = before; i < events.size(); i++) {
        if (i - before == comesAfter) {
          shop.backfill(7, events.subList(0, cut), cut, true);
          come = true;
        }
        if (random.nextInt(3) == 0) {
          shop.step();
        }
        shop.pay(events.get(i));
      }
      if (!come) {
        shop.backfill(7, events.subList(0, cut), cut, true);
      }
      shop.settle();

      long end = NOON + 600_000;
      for (String customer : CUSTOMERS) {
        assertThat(shop.stored(customer, end))
            .as("customer '%s'", customer)
            .containsExactly(shop.expected(events, customer, end));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }
}
