package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * Pearson's chi-square of the table of both sides' counts ({@link ContingencyTable}): the sum of (O
 * - E)^2 / E over cells, without Yates' correction. From 0, of the same shares, up to the number of
 * rows. Both sides are taken as draws; a test of the window against the reference's shares as if
 * these were exact calls drift too often where the reference is not much larger.
 */
final class ChiSquareContingency implements Statistic {
  @Override
  public String name() {
    return "chi2_contingency";
  }

  @Override
  public String description() {
    return "Pearson's chi-square of the 2 x k table of counts, no Yates; small buckets are put together until 5 are expected in each (NannyML's and Frouros' test, which put none together)";
  }

  @Override
  public String source() {
    return "Pearson, Philosophical Magazine 50 (1900); Cochran, Biometrics 10 (1954)";
  }

  @Override
  public Input input() {
    return Input.BUCKETS;
  }

  @Override
  public Set<ColumnKind> kinds() {
    return Set.of(ColumnKind.NUMBERS, ColumnKind.CATEGORIES);
  }

  @Override
  public Range range() {
    return new Range(0, Double.POSITIVE_INFINITY, "");
  }

  @Override
  public boolean isSymmetric() {
    return true;
  }

  @Override
  public EffectSize effect() {
    return new EffectSize(
        33,
        33,
        2,
        "with all 13 buckets of a column of numbers, and independent vectors, one window in a"
            + " thousand is beyond 33 without a change; a real difference grows with the number of"
            + " vectors, so how large it is, others say (`tv`)");
  }

  @Override
  public OptionalDouble value(Sample reference, Sample window) {
    return reference.counted() == 0 || window.counted() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(ContingencyTable.of(reference, window).chiSquare());
  }

  @Override
  public OptionalDouble pValue(Sample reference, Sample window) {
    if (reference.counted() == 0 || window.counted() == 0) {
      return OptionalDouble.empty();
    }
    ContingencyTable table = ContingencyTable.of(reference, window);
    return table.pValue(table.chiSquare());
  }
}
