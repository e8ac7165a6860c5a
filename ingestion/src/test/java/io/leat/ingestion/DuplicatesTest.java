package io.leat.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.schemas.RecordHeaders;
import io.leat.testing.soak.Soak;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of one id within an hour of event time: the first passes, the others are dropped. */
class DuplicatesTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private Orders clicks;

  @BeforeEach
  void start() throws IOException {
    clicks = new Orders(Orders.pipeline("clicks"));
  }

  @AfterEach
  void close() {
    clicks.close();
  }

  private void click(String id, Instant at) {
    clicks.produce(
        "clicks",
        "{\"id\": \"%s\", \"at\": \"%s\"}"
            .formatted(id, at)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8),
        Map.of());
  }

  private List<String> valid() {
    return clicks.read("clicks.valid").stream()
        .map(record -> RecordHeaders.get(record.headers(), RecordHeaders.EVENT_ID).orElse(""))
        .toList();
  }

  @Test
  void theSecondOfAnIdIsDroppedAndCounted() {
    click("a", Orders.NOW);
    click("b", Orders.NOW);
    click("a", Orders.NOW);

    assertThat(valid()).containsExactly("a", "b");
    assertThat(clicks.count("clicks", "duplicate")).isEqualTo(1);
  }

  @Test
  void theHorizonIsMeasuredInEventTimeInBothDirections() {
    Instant at = Orders.NOW.minus(Duration.ofDays(1));
    click("a", at);
    click("a", at.plus(HOUR)); // a duplicate, at the edge
    click("a", at.plus(HOUR).plusMillis(1)); // beyond it: another event
    click("b", at);
    click("b", at.minus(HOUR)); // a duplicate
    click("c", at);
    click("c", at.minus(HOUR).minusMillis(1)); // another event

    assertThat(valid()).containsExactly("a", "a", "b", "c", "c");
  }

  @Test
  void anEventThatIsOlderThanWhatIsKeptPassesAndIsCounted() {
    Instant hour = Orders.NOW.truncatedTo(ChronoUnit.HOURS);
    click("a", hour.minus(HOUR.multipliedBy(9)));
    click("b", hour);
    click("c", hour.minus(HOUR.multipliedBy(2))); // all of an hour before it is kept
    assertThat(unchecked()).isZero();

    click("d", hour.minus(HOUR.multipliedBy(3)));
    click("a", hour.minus(HOUR.multipliedBy(9)));

    assertThat(valid()).containsExactly("a", "b", "c", "d", "a");
    assertThat(unchecked()).isEqualTo(2);
  }

  private double unchecked() {
    return clicks
        .metrics
        .get("leat.ingestion.duplicates.unchecked")
        .tag("event", "clicks")
        .counter()
        .count();
  }

  @Test
  void eventsBefore1970AreSeenToo() {
    click("a", Instant.parse("0001-01-01T00:00:00Z"));
    click("a", Instant.parse("0001-01-01T00:30:00Z"));

    assertThat(valid()).containsExactly("a");
  }

  @Test
  void whatIsDroppedEqualsWhatAListOfAllEventsWouldDrop() {
    Random random = new Random(Soak.seed());
    Map<String, List<Instant>> passed = new HashMap<>();
    List<String> expected = new ArrayList<>();
    Instant time = Orders.NOW.minus(Duration.ofDays(20));
    for (int i = 0; i < 5_000; i++) {
      time = time.plusSeconds(random.nextInt(240));
      Instant at = time.minusSeconds(random.nextInt(5_400)); // late by less than what is kept
      String id = "id" + random.nextInt(200);
      List<Instant> before = passed.computeIfAbsent(id, key -> new ArrayList<>());
      Instant now = at;
      if (before.stream().noneMatch(b -> Duration.between(b, now).abs().compareTo(HOUR) <= 0)) {
        before.add(at);
        expected.add(id);
      }
      click(id, at);
    }

    assertThat(valid()).isEqualTo(expected);
    assertThat(expected.size()).isBetween(1_000, 4_999);
  }
}
