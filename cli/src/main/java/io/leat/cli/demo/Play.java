package io.leat.cli.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What of the town's life is played, in days from {@link #START}.
 *
 * @param seed of a town in which weeks are much alike before the change: fraud comes in waves, and
 *     of most towns a hold-out of some days says little about other weeks
 * @param customers how many pay
 * @param learntDays the champion learns from those before; less than {@code changeDay}
 * @param fastDays those before are played as fast as they go
 * @param changeDay from then on fraud is another, or nulls come
 * @param nullDays so many days they come; 0 where it is fraud that moves
 * @param daysPerMinute pace behind the fast days
 * @param lastDay it should all have happened before
 * @param proof payments with a label that both versions have to have scored; 0 with nulls
 */
record Play(
    long seed,
    int customers,
    int learntDays,
    int fastDays,
    int changeDay,
    int nullDays,
    double daysPerMinute,
    int lastDay,
    int proof) {
  static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

  /** Days that fill the windows of features before there is something to learn from them. */
  private static final int FILLING_DAYS = 7;

  private static final int CUSTOMERS_A_TERMINAL = 2;
  private static final String PLAYER = "io.leat.examples.cardpayments.CardPayments";

  static final Play USUAL = new Play(11, 250, 46, 52, 60, 0, 20, 400, 5_000);
  static final Play NULLS = new Play(11, 250, 46, 52, 60, 7, 20, 400, 0);

  Instant changesAt() {
    return day(changeDay);
  }

  boolean hasNulls() {
    return nullDays > 0;
  }

  /** From then on each payment has its amount again. */
  Instant nullsEndAt() {
    return day(changeDay + nullDays);
  }

  /** Whether a time is one at which nulls come. */
  boolean isStruck(Instant time) {
    return !time.isBefore(changesAt()) && time.isBefore(nullsEndAt());
  }

  Instant endsAt() {
    return day(lastDay);
  }

  Instant learntFrom() {
    return day(FILLING_DAYS);
  }

  Instant learntUntil() {
    return day(learntDays);
  }

  private static Instant day(int number) {
    return START.plus(Duration.ofDays(number));
  }

  /** Main class of what plays. */
  static String player() {
    return PLAYER;
  }

  /** What is played, as {@code play.yaml} has it. */
  String yaml() {
    StringBuilder yaml = new StringBuilder("play: " + PLAYER + "\nwith:\n");
    arguments().forEach((name, value) -> yaml.append("  %s: %s%n".formatted(name, value)));
    return yaml.toString();
  }

  private Map<String, Object> arguments() {
    Map<String, Object> arguments =
        new TreeMap<>(
            Map.of(
                "start", "\"" + START + "\"",
                "seed", seed,
                "customers", customers,
                "terminals", customers / CUSTOMERS_A_TERMINAL,
                "shift-day", -1,
                "fast-days", fastDays,
                "days-per-minute", daysPerMinute));
    if (hasNulls()) {
      arguments.put("nulls-day", changeDay);
      arguments.put("nulls-days", nullDays);
    } else {
      arguments.put("fraud-day", changeDay);
    }
    return arguments;
  }

  /** Arguments that write what the champion learns from. */
  List<String> learnt(Path csv) {
    return List.of(
        "--csv", csv.toString(),
        "--start", START.toString(),
        "--seed", String.valueOf(seed),
        "--customers", String.valueOf(customers),
        "--terminals", String.valueOf(customers / CUSTOMERS_A_TERMINAL),
        "--shift-day", "-1",
        "--days", String.valueOf(learntDays));
  }
}
