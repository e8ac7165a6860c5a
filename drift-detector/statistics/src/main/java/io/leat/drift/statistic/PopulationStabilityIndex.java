package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The population stability index of two sets of counts over the same buckets: the sum over buckets
 * of (a - e) ln(a / e), with e and a the expected and the actual share. 0 is no change.
 *
 * <p>The variant, which is part of the name: the reference's deciles; natural logarithm; a share of
 * 0 counts as {@value #FLOOR}, on either side, without renormalising. A bucket that both sides
 * leave empty adds nothing.
 */
final class PopulationStabilityIndex implements Statistic {
  /** What an empty bucket's share counts as. */
  private static final double FLOOR = 1e-4;

  @Override
  public String name() {
    return "psi_deciles_1e-4";
  }

  @Override
  public String description() {
    return "population stability index, natural logarithm; a share of 0 counts as 0.0001, without"
        + " renormalising (Evidently's rule)";
  }

  @Override
  public String source() {
    return "Siddiqi, Credit Risk Scorecards (2006)";
  }

  @Override
  public Input input() {
    return Input.BUCKETS;
  }

  @Override
  public Set<ColumnKind> kinds() {
    return Set.of(ColumnKind.NUMBERS);
  }

  /** No overlap at all is 2 ln(1 / FLOOR), 18.42; shares below the floor add less than 0.01. */
  @Override
  public Range range() {
    return new Range(0, 18.5, "nats");
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  /**
   * A feature that stays within one decile for whole windows has 8.3 by nature, and 16.1 once it
   * leaves the reference's range; the factor puts the border midway.
   */
  @Override
  public EffectSize effect() {
    return new EffectSize(
        0.1,
        0.25,
        1.5,
        "Siddiqi calls less than 0.1 no change and more than 0.25 significant. A feature that by"
            + " nature stays in one decile for whole windows has 8.3; one that leaves the"
            + " reference's range 16.1: the factor puts the border midway");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    double index = 0;
    for (int i = 0; i < reference.buckets(); i++) {
      double e = reference.bucket(i) == 0 ? FLOOR : reference.share(i);
      double a = window.bucket(i) == 0 ? FLOOR : window.share(i);
      index += (a - e) * Math.log(a / e);
    }
    return OptionalDouble.of(index);
  }
}
