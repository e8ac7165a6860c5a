package io.leat.drift.sequential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How good alarms are, where the true changes are known: by places in a stream. An alarm belongs to
 * the first change that it comes at or after by at most {@code latest}; one that belongs to none is
 * false. The figures are those of River's {@code drift.evaluate} and CapyMOA's evaluator.
 * Immutable.
 */
public final class DetectionScore {
  private final int alarms;
  private final long latest;
  private final List<List<Long>> delays;
  private final List<Long> falseAlarms;

  private DetectionScore(int alarms, long latest, List<List<Long>> delays, List<Long> falseAlarms) {
    this.alarms = alarms;
    this.latest = latest;
    this.delays = delays;
    this.falseAlarms = falseAlarms;
  }

  /**
   * @param alarms ascending
   * @param changes ascending
   * @param latest how long after a change an alarm still counts, 1 or more
   */
  public static DetectionScore of(long[] alarms, long[] changes, long latest) {
    if (latest < 1) {
      throw new IllegalArgumentException("latest: %d; expected 1 or more".formatted(latest));
    }
    List<List<Long>> delays = new ArrayList<>();
    for (int i = 0; i < changes.length; i++) {
      delays.add(new ArrayList<>());
    }
    List<Long> falseAlarms = new ArrayList<>();
    for (long alarm : alarms) {
      int change = 0;
      while (change < changes.length
          && !(changes[change] <= alarm && alarm <= changes[change] + latest)) {
        change++;
      }
      if (change < changes.length) {
        delays.get(change).add(alarm - changes[change]);
      } else {
        falseAlarms.add(alarm);
      }
    }
    return new DetectionScore(alarms.length, latest, delays, List.copyOf(falseAlarms));
  }

  /** How long after each change its alarms came; an empty list is a change that was missed. */
  public List<List<Long>> delays() {
    return delays.stream().map(List::copyOf).toList();
  }

  /** Alarms that belong to no change. */
  public List<Long> falseAlarms() {
    return falseAlarms;
  }

  /** How many changes have no alarm. */
  public long missed() {
    return delays.stream().filter(List::isEmpty).count();
  }

  /** The share of alarms that belong to a change; empty without alarms. */
  public OptionalDouble precision() {
    return share(alarms - falseAlarms.size(), alarms);
  }

  /**
   * Alarms that belong to a change, of these and the missed changes; empty where there is neither.
   */
  public OptionalDouble recall() {
    double hits = (double) alarms - falseAlarms.size();
    return share(hits, hits + missed());
  }

  /** The share of changes that have an alarm; empty without changes. */
  public OptionalDouble changeRecall() {
    return share((double) delays.size() - missed(), delays.size());
  }

  /** The harmonic mean of precision and {@link #changeRecall}; empty where one of them is. */
  public OptionalDouble f1() {
    if (precision().isEmpty() || changeRecall().isEmpty()) {
      return OptionalDouble.empty();
    }
    double precision = precision().getAsDouble();
    double recall = changeRecall().getAsDouble();
    return OptionalDouble.of(
        precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall));
  }

  /** How long the first alarm of a change took, on average over those that have one. */
  public OptionalDouble meanDelay() {
    return delays.stream()
        .filter(of -> !of.isEmpty())
        .mapToDouble(of -> of.stream().mapToLong(delay -> delay).min().orElseThrow())
        .average();
  }

  /** {@link #meanDelay}, as a share of the latest that counts. */
  public OptionalDouble normalizedDelay() {
    return share(meanDelay(), (double) latest);
  }

  /**
   * False alarms per value of the stream.
   *
   * @param values how many it had, 1 or more
   */
  public double falseAlarmRate(long values) {
    return falseAlarms.size() / (double) values;
  }

  /** The mean distance of a false alarm from the one before; empty with fewer than two. */
  public OptionalDouble timeBetweenFalseAlarms() {
    long[] places = falseAlarms.stream().mapToLong(place -> place).toArray();
    return places.length < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of((places[places.length - 1] - places[0]) / (double) (places.length - 1));
  }

  /**
   * The mean time ratio: {@link #timeBetweenFalseAlarms} over {@link #meanDelay}, times {@link
   * #changeRecall}; greater is better. Empty where one of them is; infinite without any delay
   * (Bifet, ICONIP 2017).
   */
  public OptionalDouble meanTimeRatio() {
    OptionalDouble[] parts = {timeBetweenFalseAlarms(), meanDelay(), changeRecall()};
    return Arrays.stream(parts).allMatch(OptionalDouble::isPresent)
        ? OptionalDouble.of(
            parts[0].getAsDouble() / parts[1].getAsDouble() * parts[2].getAsDouble())
        : OptionalDouble.empty();
  }

  private static OptionalDouble share(OptionalDouble part, double whole) {
    return part.isEmpty() ? part : OptionalDouble.of(part.getAsDouble() / whole);
  }

  private static OptionalDouble share(double part, double whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of(part / whole);
  }
}
