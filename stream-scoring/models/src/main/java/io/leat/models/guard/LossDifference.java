package io.leat.models.guard;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * By how much what a version's scores cost is above what the champion's do, at all times at once.
 *
 * <p>Where both scored the same vectors it is the mean of the differences d, vector by vector, of
 * which (1 + d) / 2 lies in 0 to 1 and is bounded on either side ({@link MeanBound}): what makes a
 * vector hard for both falls away. Else it is the difference of two means ({@link
 * ShareDifference}). Not thread-safe.
 */
final class LossDifference {
  private final ShareDifference arms;
  private final MeanBound above;
  private final MeanBound below;

  private LossDifference(ShareDifference arms, MeanBound above, MeanBound below) {
    this.arms = arms;
    this.above = above;
    this.below = below;
  }

  LossDifference() {
    this(new ShareDifference(), new MeanBound(), new MeanBound());
  }

  /**
   * A vector has its label.
   *
   * @param version what the version's score costs, from 0 to 1; null where it has none
   * @param champion as the version's
   */
  void add(@Nullable Double version, @Nullable Double champion) {
    if (version != null) {
      arms.add(true, version);
    }
    if (champion != null) {
      arms.add(false, champion);
    }
    if (version != null && champion != null) {
      double half = (version - champion) / 2;
      above.add(0.5 + half);
      below.add(0.5 - half);
    }
  }

  /** How many of the version's scores have their label. */
  long versionCount() {
    return arms.versionCount();
  }

  /**
   * Where the difference lies; from -1 to 1.
   *
   * @param alpha how likely either bound is ever wrong, at most
   */
  Interval interval(double alpha) {
    return above.count() == 0
        ? arms.interval(alpha)
        : new Interval(2 * above.lower(alpha) - 1, 1 - 2 * below.lower(alpha));
  }

  /**
   * How likely it is that the version costs less than the champion; a half where nothing is known.
   */
  double chance() {
    return ThompsonSampling.chance(
        arms.versionCount(), arms.versionMean(), arms.championCount(), arms.championMean());
  }

  /** How many scores with a label there are, and what they cost. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "version: mean %.4g of %d scores with a label; champion: mean %.4g of %d",
        arms.versionMean(),
        arms.versionCount(),
        arms.championMean(),
        arms.championCount());
  }

  void write(DataOutput to) throws IOException {
    arms.write(to);
    above.write(to);
    below.write(to);
  }

  static LossDifference read(DataInput from) throws IOException {
    return new LossDifference(
        ShareDifference.read(from), MeanBound.read(from), MeanBound.read(from));
  }
}
