package io.leat.cli.drift;

import io.leat.cli.command.UserError;
import io.leat.cli.drift.Replayed.VectorRow;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.drift.ReferenceProfileException;
import io.leat.drift.StreamReference;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A monitor, tried many times on rows of its own: its reference is made of the first of them, and
 * whole weeks of others are drawn in blocks and replayed after it. Blocks that are moved by whole
 * weeks keep hours and weekdays, and how windows hang together within a block (moving block
 * bootstrap: Künsch, Annals of Statistics 17, 1989).
 */
final class Simulation {
  private static final Duration WEEK = Duration.ofDays(7);

  /** Weeks that hang together keep their order within a month. */
  private static final int MOST_WEEKS_OF_A_BLOCK = 4;

  private static final int MOST_WEEKS_OF_A_PERIOD = 10;
  private static final double NORMAL_95 = 1.645;

  private final FeatureService service;
  private final Monitor monitor;
  private final ReferenceProfile profile;
  private final DriftDetector detector;
  private final List<VectorRow> reference;
  private final List<VectorRow> replayed;
  private final boolean ofReference;
  private final Replayed clean;
  private final long period;
  private final int weeks;

  /**
   * @param rows by event time
   * @param cut so many of them are the reference
   * @param blocksOfReference whether blocks are drawn from the reference itself, and not from the
   *     rest; they are where the rest has no {@value #MOST_WEEKS_OF_A_BLOCK} whole weeks
   * @param weeks how long a run is
   * @throws UserError if they do not make a reference or have no whole week
   */
  Simulation(
      Model model,
      FeatureService service,
      Monitor monitor,
      List<VectorRow> rows,
      int cut,
      boolean blocksOfReference,
      int weeks) {
    this.service = service;
    this.monitor = monitor;
    this.period = period(monitor.window());
    this.weeks = weeks;
    this.reference = rows.subList(0, cut);
    ReferenceProfileBuilder builder = new ReferenceProfileBuilder(model, service, List.of(monitor));
    reference.forEach(row -> builder.add(row.time(), row.values()));
    try {
      this.profile = builder.build();
      this.detector = new DriftDetector(monitor, profile);
    } catch (ReferenceProfileException e) {
      throw new UserError(String.valueOf(e.getMessage()), e);
    }
    List<VectorRow> rest = rows.subList(cut, rows.size());
    Replayed ofRest = new Replayed(detector, service.featureNames(), rest, period);
    this.ofReference =
        blocksOfReference || ofRest.periods() * period < MOST_WEEKS_OF_A_BLOCK * WEEK.toMillis();
    this.replayed = ofReference ? reference : rest;
    this.clean =
        ofReference ? new Replayed(detector, service.featureNames(), reference, period) : ofRest;
    if (clean.periods() == 0) {
      throw new UserError(
          "The vectors from %s on have no whole %d days to replay; give more of them."
              .formatted(
                  Instant.ofEpochMilli(replayed.get(0).time()),
                  Duration.ofMillis(period).toDays()));
    }
  }

  /** The shortest time that is a whole number of windows and of weeks. */
  private static long period(Duration window) {
    BigInteger week = BigInteger.valueOf(WEEK.toMillis());
    BigInteger length = BigInteger.valueOf(window.toMillis());
    BigInteger period = week.multiply(length).divide(week.gcd(length));
    if (period.compareTo(week.multiply(BigInteger.valueOf(MOST_WEEKS_OF_A_PERIOD))) > 0) {
      throw new UserError(
          "Windows of %s meet the begin of a week too seldom for weeks to be replayed; expected a length of which a whole number is %d weeks or less."
              .formatted(window, MOST_WEEKS_OF_A_PERIOD));
    }
    return period.longValueExact();
  }

  Monitor monitor() {
    return monitor;
  }

  ReferenceProfile profile() {
    return profile;
  }

  /** Whether blocks are drawn from the reference itself. */
  boolean isOfReference() {
    return ofReference;
  }

  /** Whole weeks that blocks are drawn from. */
  long weeksOfBlocks() {
    return clean.periods() * period / WEEK.toMillis();
  }

  /** Weeks of a block. */
  long weeksOfABlock() {
    return block() * period / WEEK.toMillis();
  }

  private int block() {
    int most = (int) Math.max(1, MOST_WEEKS_OF_A_BLOCK * WEEK.toMillis() / period);
    return Math.min(most, clean.periods());
  }

  /** What the reference promises: for each stream by a statistic. */
  List<StreamReference> references() {
    return detector.references();
  }

  /**
   * False alarms a week while nothing is shifted.
   *
   * @param upper 95 % upper bound of the mean over the runs; it knows nothing of what the replayed
   *     weeks do not show
   * @param runsWithNone runs without any
   */
  record FalseAlarms(double mean, double upper, int runsWithNone) {}

  /** Runs without a shift. */
  FalseAlarms falseAlarms(int runs, long seed) {
    double[] rates =
        IntStream.range(0, runs)
            .parallel()
            .mapToDouble(
                run -> {
                  List<Long> opened = new ArrayList<>();
                  run(
                      clean,
                      seed + run,
                      end -> {
                        opened.add(end);
                        return true;
                      });
                  return (double) opened.size() / weeks;
                })
            .toArray();
    double mean = Arrays.stream(rates).average().orElse(0);
    double variance =
        Arrays.stream(rates).map(rate -> (rate - mean) * (rate - mean)).sum()
            / Math.max(1, runs - 1);
    return new FalseAlarms(
        mean,
        mean + NORMAL_95 * Math.sqrt(variance / runs),
        (int) Arrays.stream(rates).filter(rate -> rate == 0).count());
  }

  /** Columns of vectors that the monitor watches. */
  List<String> columns() {
    return detector.features();
  }

  /** Columns that a monitor watches and that can be shifted so. */
  List<String> columns(Shift shift) {
    return detector.features().stream().filter(column -> shift.fits(values(column))).toList();
  }

  private List<? extends @Nullable Object> values(String column) {
    int place = service.featureNames().indexOf(column);
    List<@Nullable Object> values = new ArrayList<>();
    reference.forEach(row -> values.add(row.values().get(place)));
    return values;
  }

  /**
   * How long it takes until an episode opens, from the begin of the first shifted window to the end
   * of the window that opens it.
   *
   * @param days in order; of runs in which none opened, infinity
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Delays(double[] days) {
    static Delays of(List<Delays> all) {
      return new Delays(all.stream().flatMapToDouble(one -> Arrays.stream(one.days)).toArray());
    }

    Delays {
      days = Arrays.stream(days).sorted().toArray();
    }

    /** The delay that this share of the runs does not exceed. */
    double quantile(double share) {
      return days[(int) Math.max(0, Math.ceil(share * days.length) - 1)];
    }

    int missed() {
      return (int) Arrays.stream(days).filter(Double::isInfinite).count();
    }
  }

  /** Runs in which a column is shifted from the first window on. */
  Delays delays(Shift shift, String column, int runs, long seed) {
    int place = service.featureNames().indexOf(column);
    double deviation = Shift.deviation(values(column));
    Random nulls = new Random(seed);
    List<VectorRow> shifted =
        replayed.stream()
            .map(
                row -> {
                  List<@Nullable Object> values = new ArrayList<>(row.values());
                  values.set(place, shift.apply(values.get(place), deviation, nulls));
                  return new VectorRow(row.time(), values);
                })
            .toList();
    Replayed windows = new Replayed(detector, service.featureNames(), shifted, period);
    return new Delays(
        IntStream.range(0, runs)
            .parallel()
            .mapToDouble(
                run -> {
                  double[] days = {Double.POSITIVE_INFINITY};
                  run(
                      windows,
                      seed + run,
                      end -> {
                        days[0] = (end - begin()) / (double) Duration.ofDays(1).toMillis();
                        return false;
                      });
                  return days[0];
                })
            .toArray());
  }

  /** The first period after the reference. */
  private long begin() {
    return (Math.floorDiv(profile.lastTime(), period) + 1) * period;
  }

  /** Takes the end of a window that opens an episode, or an alert. */
  @FunctionalInterface
  private interface Opened {
    /** Returns whether to go on. */
    boolean at(long windowEnd);
  }

  private void run(Replayed windows, long seed, Opened opened) {
    long begin = begin();
    long end = begin + weeks * WEEK.toMillis();
    int count = (int) ((weeks * WEEK.toMillis() + period - 1) / period);
    DetectorState state = new DetectorState();
    Set<String> known = new HashSet<>();
    windows.replay(
        detector,
        begin,
        count,
        block(),
        new Random(seed),
        (start, window) -> {
          if (start >= end) {
            return false;
          }
          boolean goOn = true;
          for (var alert : detector.evaluate(start, window, state).alerts()) {
            if (alert.getState() == AlertState.OPEN && known.add(alert.getAlertId())) {
              goOn &= opened.at(detector.windowEnd(start));
            }
          }
          return goOn;
        });
  }
}
