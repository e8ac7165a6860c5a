package io.leat.models.guard;

import io.leat.common.Lookups;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How far the scores of two arms lie apart: the Kolmogorov-Smirnov distance of their distributions,
 * with an e-process against its being at most a limit, and bounds that hold at all times at once.
 *
 * <p>The e-process bets on pairs of a score of each arm, as Shekhar and Ramdas do ("Nonparametric
 * two-sample testing by betting", arXiv 2112.09162): before a pair is looked at, a place {@code u}
 * and a direction are chosen where the scores before differ most; the pair pays {@code 1{y <= u} -
 * 1{x <= u}} (or the negative) less the limit, and the wealth is multiplied by 1 + lambda times
 * that. Where the distance is at most the limit, no bet gains on average, so by Ville the wealth
 * ever reaches 1/alpha with a chance of at most alpha.
 *
 * <p>The bounds are those of Howard and Ramdas, "Sequential estimation of quantiles" (Bernoulli
 * 2022, arXiv 1906.09712), corollary 2, for each arm with alpha/2: {@code |F - F(t)| <= 0.85
 * sqrt((ln ln(e t) + 0.8 ln(1612/alpha)) / t)} for all t.
 *
 * <p>Scores are kept by the first bits of the number, 32 places an octave, so the distance is that
 * between numbers that differ by more than 3 %: at most the exact one. Not thread-safe. A pair
 * costs time by the number of places that have a score.
 */
final class ScoreDistance {
  /** Leaves sign, exponent and five bits of a double. */
  private static final int DROPPED_BITS = 47;

  private static final double MOST = 0.5;

  /** Scores by place: the champion's and the version's. */
  private final TreeMap<Integer, long[]> places = new TreeMap<>();

  private final Set<Integer> changed = new HashSet<>();

  private long champions;
  private long versions;

  /** The champion's last score, while it is in no pair and not counted. */
  private double waiting = Double.NaN;

  private long pairs;
  private double payoffs;
  private double squares;
  private double wealth;

  private static final int CHAMPION = 0;
  private static final int VERSION = 1;

  /** The champion gave a score. */
  void champion(double score) {
    countWaiting();
    waiting = score;
  }

  /**
   * The version gave a score.
   *
   * @param limit of the distance; the same each time
   */
  void version(double score, double limit) {
    if (!Double.isNaN(waiting)) {
      bet(place(waiting), place(score), limit);
      countWaiting();
    }
    count(place(score), VERSION);
    versions++;
  }

  private void countWaiting() {
    if (!Double.isNaN(waiting)) {
      count(place(waiting), CHAMPION);
      champions++;
      waiting = Double.NaN;
    }
  }

  private void count(int place, int arm) {
    places.computeIfAbsent(place, key -> new long[2])[arm]++;
    changed.add(place);
  }

  /** In the order of the scores. */
  private static int place(double score) {
    long bits = Double.doubleToLongBits(score == 0 ? 0.0 : score);
    return (int) ((bits ^ (bits >> 63 & Long.MAX_VALUE)) >> DROPPED_BITS);
  }

  /** Where the distribution functions differ most; the version's less the champion's there. */
  private record Witness(int place, double difference) {}

  private Witness witness() {
    Witness most = new Witness(0, 0);
    if (champions == 0 || versions == 0) {
      return most;
    }
    long championsBelow = 0;
    long versionsBelow = 0;
    for (Map.Entry<Integer, long[]> place : places.entrySet()) {
      championsBelow += place.getValue()[CHAMPION];
      versionsBelow += place.getValue()[VERSION];
      double difference = (double) versionsBelow / versions - (double) championsBelow / champions;
      if (Math.abs(difference) > Math.abs(most.difference())) {
        most = new Witness(place.getKey(), difference);
      }
    }
    return most;
  }

  private void bet(int champion, int version, double limit) {
    Witness witness = witness();
    double payoff =
        Math.signum(witness.difference())
                * ((version <= witness.place() ? 1 : 0) - (champion <= witness.place() ? 1 : 0))
            - limit;
    // What is left after every loss is at least half: 1 + lambda x payoff >= 1 - 1/2.
    double mean = payoffs / (pairs + 1);
    double variance = (1 + squares) / (pairs + 1) - mean * mean;
    double lambda = Math.min(Math.max(mean / (variance + mean * mean), 0), MOST / (1 + limit));
    wealth += Math.log1p(lambda * payoff);
    pairs++;
    payoffs += payoff;
    squares += payoff * payoff;
  }

  /** The e-value now: 1/alpha or more rejects that the distance is within the limit. */
  double evidence() {
    return Math.exp(wealth);
  }

  /** Of the scores that were counted; from 0 to 1. */
  double distance() {
    return Math.abs(witness().difference());
  }

  /**
   * Where the distance of the distributions lies.
   *
   * @param alpha how likely it is ever wrong, at most
   */
  Interval interval(double alpha) {
    double distance = distance();
    double width = width(champions, alpha / 2) + width(versions, alpha / 2);
    return new Interval(Math.max(0, distance - width), Math.min(1, distance + width));
  }

  /** Of the band about a distribution function. */
  static double width(long count, double alpha) {
    return count == 0
        ? 1
        : 0.85
            * Math.sqrt(
                (Math.log1p(Math.log((double) count)) + 0.8 * Math.log(1612 / alpha)) / count);
  }

  long championCount() {
    return champions;
  }

  long versionCount() {
    return versions;
  }

  /** All but the places. */
  void write(DataOutput to) throws IOException {
    to.writeDouble(waiting);
    to.writeLong(pairs);
    to.writeDouble(payoffs);
    to.writeDouble(squares);
    to.writeDouble(wealth);
  }

  static ScoreDistance read(DataInput from) throws IOException {
    ScoreDistance distance = new ScoreDistance();
    distance.waiting = from.readDouble();
    distance.pairs = from.readLong();
    distance.payoffs = from.readDouble();
    distance.squares = from.readDouble();
    distance.wealth = from.readDouble();
    return distance;
  }

  /** Puts back what {@link #drainChanged} gave. */
  void put(int place, long champion, long version) {
    long[] before = places.put(place, new long[] {champion, version});
    champions += champion - (before == null ? 0 : before[CHAMPION]);
    versions += version - (before == null ? 0 : before[VERSION]);
  }

  /** The places with another count than when this was last asked. */
  void drainChanged(StageEvidence.Places to) {
    for (int place : changed) {
      long[] counts = Lookups.required(places, place);
      to.put(place, counts[CHAMPION], counts[VERSION]);
    }
    changed.clear();
  }
}
