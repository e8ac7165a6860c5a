package io.leat.models.guard;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * By how much a mean of a version's vectors, of numbers from 0 to 1, is above the champion's, at
 * all times at once: of each arm a bound on either side ({@link MeanBound}), and their difference.
 * A share, say of those without a score, is the mean of ones and zeros.
 *
 * <p>The lower bound of the difference is wrong only where the version's lower or the champion's
 * upper bound is, so with alpha/2 for each the chance that it is ever wrong is at most alpha; so
 * with the upper bound. Not thread-safe.
 */
final class ShareDifference {
  private final Arm version;
  private final Arm champion;

  /** Bounds of one arm on both sides. */
  private record Arm(MeanBound lower, MeanBound upper) {
    void add(double x) {
      lower.add(x);
      upper.add(1 - x);
    }

    void write(DataOutput to) throws IOException {
      lower.write(to);
      upper.write(to);
    }

    static Arm read(DataInput from) throws IOException {
      return new Arm(MeanBound.read(from), MeanBound.read(from));
    }
  }

  private ShareDifference(Arm version, Arm champion) {
    this.version = version;
    this.champion = champion;
  }

  ShareDifference() {
    this(new Arm(new MeanBound(), new MeanBound()), new Arm(new MeanBound(), new MeanBound()));
  }

  /**
   * A vector was given to an arm.
   *
   * @param candidate whether to the version; else to the champion
   * @param marked whether it is one of those whose share is looked at
   */
  void add(boolean candidate, boolean marked) {
    add(candidate, marked ? 1 : 0);
  }

  /**
   * As {@link #add(boolean, boolean)}.
   *
   * @param x from 0 to 1
   */
  void add(boolean candidate, double x) {
    (candidate ? version : champion).add(x);
  }

  /** Of the version's; 0 before the first. */
  double versionMean() {
    return version.lower().mean();
  }

  /** Of the champion's; 0 before the first. */
  double championMean() {
    return champion.lower().mean();
  }

  /** How many vectors the version was given. */
  long versionCount() {
    return version.lower().count();
  }

  /** How many vectors the champion was given. */
  long championCount() {
    return champion.lower().count();
  }

  /** How many of them are of those whose share is looked at. */
  long versionMarked() {
    return Math.round(versionMean() * versionCount());
  }

  /** As {@link #versionMarked}. */
  long championMarked() {
    return Math.round(championMean() * championCount());
  }

  /**
   * Where the difference lies; from -1 to 1.
   *
   * @param alpha how likely either bound is ever wrong, at most
   */
  Interval interval(double alpha) {
    double each = alpha / 2;
    double championAtMost = 1 - champion.upper().lower(each);
    double versionAtMost = 1 - version.upper().lower(each);
    return new Interval(
        version.lower().lower(each) - championAtMost, versionAtMost - champion.lower().lower(each));
  }

  void write(DataOutput to) throws IOException {
    version.write(to);
    champion.write(to);
  }

  static ShareDifference read(DataInput from) throws IOException {
    return new ShareDifference(Arm.read(from), Arm.read(from));
  }
}
