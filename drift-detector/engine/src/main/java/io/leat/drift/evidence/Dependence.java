package io.leat.drift.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Whether the windows of a reference are exchangeable, and if not, what makes them so: the first
 * that does of comparing like season with like, and of evaluating several windows together.
 *
 * <p>Order shows in the autocorrelation of the statistic's ranks at lags of 1 to {@value #LAGS}
 * windows, which of n exchangeable values is near normal with variance 1/n (Wald and Wolfowitz,
 * Annals of Mathematical Statistics 14, 1943). Too few windows to tell are no proof of none.
 * Exchangeable windows show none in whatever is measured of them, so it is looked for where it
 * shows best too: in the level of their values.
 */
public final class Dependence {
  /** Fewer windows show nothing, so nothing is promised of them. */
  public static final int LEAST_WINDOWS = 20;

  /** A season needs so many windows of its own for a rank among them to say something. */
  static final int LEAST_OF_A_SEASON = 8;

  /** So many windows are to be left where several are evaluated together. */
  static final int LEAST_MERGED = 30;

  /** Of windows that are evaluated together, lag 1 may have no more than this. */
  static final double MOST_AFTER_MERGING = 0.1;

  private static final double MOST_CHAINED = 0.95;
  private static final int LAGS = 7;

  /**
   * One-sided 10 %: to look for a remedy in vain costs little, to miss an order costs the budget.
   */
  private static final double FIRST_LAG = 1.282;

  /** One-sided 5 % over seven lags together, by Bonferroni. */
  private static final double ANY_LAG = 2.45;

  /**
   * Of windows' levels, lag 1 may have no more than this: daily windows of an hourly chain of 0.9
   * have 0.26, and keep their budget; those of 0.98 have 0.72, and do not (decision 76).
   */
  private static final double MOST_OF_LEVELS = 0.35;

  /** One-sided 1 %: of exchangeable windows hardly one reference in a hundred loses its promise. */
  private static final double SURE_OF_LEVELS = 2.326;

  private static final int[] FACTORS = {2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 21, 28};
  private static final long DAY_MILLIS = 24 * 3_600_000L;

  private Dependence() {}

  /**
   * What holds of a reference, and with what remedy.
   *
   * @param seasons with how many seasons windows are told apart; 1 for none
   * @param merged how many windows are evaluated together; 1 for none
   * @param inflation how many windows hang together as if they were one: (1 + r) / (1 - r) of a
   *     first-order chain with the series' autocorrelation r at lag 1, as far as that is above 0;
   *     at least 1
   * @param series the series that live windows are ranked among
   */
  public record Finding(
      Guarantee guarantee, int seasons, int merged, double inflation, WindowSeries series) {
    static Finding of(Guarantee guarantee, int seasons, int merged, WindowSeries series) {
      double lag = autocorrelation(series, series.ranks(seasons), 1);
      double chained = Math.min(MOST_CHAINED, Math.max(0, lag));
      return new Finding(guarantee, seasons, merged, (1 + chained) / (1 - chained), series);
    }
  }

  /**
   * What windows of a reference were like, in their order.
   *
   * @param statistic how far each lay from the rest of the reference
   * @param level where its values lay, on the whole. A distance is as great above as below, and
   *     hides how windows hang together; the level shows it
   */
  public record Windows(WindowSeries statistic, WindowSeries level) {}

  /**
   * @param windows of the reference
   * @param windowMillis length of a window
   * @param together the same of so many windows together, aligned as the numbers of windows divided
   *     by it are
   */
  public static Finding of(Windows windows, long windowMillis, IntFunction<Windows> together) {
    WindowSeries series = windows.statistic();
    if (series.size() < LEAST_WINDOWS) {
      return Finding.of(Guarantee.NONE, 1, 1, series);
    }
    if (!hasOrder(windows, 1)) {
      return Finding.of(Guarantee.EXCHANGEABLE, 1, 1, series);
    }
    Optional<Integer> seasons =
        seasons(windowMillis).stream()
            .filter(number -> isEnough(series, number) && !hasOrder(windows, number))
            .findFirst();
    if (seasons.isPresent()) {
      return Finding.of(Guarantee.SEASONAL, seasons.get(), 1, series);
    }
    for (int factor : FACTORS) {
      if (series.size() / factor < LEAST_MERGED) {
        break;
      }
      Windows merged = together.apply(factor);
      WindowSeries statistic = merged.statistic();
      if (statistic.size() >= LEAST_MERGED
          && autocorrelation(statistic, statistic.ranks(1), 1) < MOST_AFTER_MERGING
          && !hasOrder(merged, 1)) {
        return Finding.of(Guarantee.MERGED, 1, factor, statistic);
      }
    }
    return Finding.of(Guarantee.NONE, 1, 1, series);
  }

  /**
   * Numbers of seasons worth trying: the hours of a day, the days of a week, the hours of a week.
   */
  private static List<Integer> seasons(long windowMillis) {
    List<Integer> seasons = new ArrayList<>();
    if (windowMillis <= DAY_MILLIS && DAY_MILLIS % windowMillis == 0) {
      int ofADay = (int) (DAY_MILLIS / windowMillis);
      if (ofADay > 1) {
        seasons.add(ofADay);
      }
      seasons.add(7 * ofADay);
    }
    return seasons;
  }

  private static boolean isEnough(WindowSeries series, int seasons) {
    Map<Long, Integer> sizes = new HashMap<>();
    for (int i = 0; i < series.size(); i++) {
      sizes.merge(WindowSeries.season(series.window(i), seasons), 1, Integer::sum);
    }
    return sizes.size() == seasons
        && sizes.values().stream().allMatch(size -> size >= LEAST_OF_A_SEASON);
  }

  private static boolean hasOrder(Windows windows, int seasons) {
    return hasOrder(windows.statistic(), seasons) || isChained(windows.level(), seasons);
  }

  /** Whether levels hang together by more than a budget stands. */
  private static boolean isChained(WindowSeries level, int seasons) {
    double lag = autocorrelation(level, level.ranks(seasons), 1);
    return lag > MOST_OF_LEVELS && lag * Math.sqrt(level.size()) > SURE_OF_LEVELS;
  }

  private static boolean hasOrder(WindowSeries series, int seasons) {
    double[] ranks = series.ranks(seasons);
    double root = Math.sqrt(series.size());
    if (autocorrelation(series, ranks, 1) * root > FIRST_LAG) {
      return true;
    }
    for (int lag = 2; lag <= LAGS; lag++) {
      if (autocorrelation(series, ranks, lag) * root > ANY_LAG) {
        return true;
      }
    }
    return false;
  }

  /**
   * Autocorrelation of the ranks of windows that lie so many apart, about their own mean; 0 where
   * all values are alike, or no two windows lie so far apart.
   */
  static double autocorrelation(WindowSeries series, double[] ranks, int lag) {
    double mean = Arrays.stream(ranks).average().orElse(0);
    double variance = 0;
    for (double rank : ranks) {
      variance += (rank - mean) * (rank - mean) / ranks.length;
    }
    double sum = 0;
    int pairs = 0;
    for (int i = 0, j = 0; i < ranks.length; i++) {
      while (j < ranks.length && series.window(j) < series.window(i) + lag) {
        j++;
      }
      if (j < ranks.length && series.window(j) == series.window(i) + lag) {
        sum += (ranks[i] - mean) * (ranks[j] - mean);
        pairs++;
      }
    }
    return pairs == 0 || variance == 0 ? 0 : sum / pairs / variance;
  }
}
