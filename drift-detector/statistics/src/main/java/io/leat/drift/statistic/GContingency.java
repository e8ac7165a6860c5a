package io.leat.drift.statistic;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The likelihood-ratio statistic of the table of both sides' counts ({@link ContingencyTable}): 2
 * times the sum of O ln(O / E) over cells. Near {@link ChiSquareContingency} where shares are near.
 */
final class GContingency implements Statistic {
  @Override
  public String name() {
    return "g";
  }

  @Override
  public String description() {
    return "likelihood-ratio G of the 2 x k table of counts, 2 sum of O ln(O / E); small buckets are put together until 5 are expected in each";
  }

  @Override
  public String source() {
    return "Wilks, Annals of Mathematical Statistics 9 (1938)";
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
        : OptionalDouble.of(ContingencyTable.of(reference, window).likelihoodRatio());
  }

  @Override
  public OptionalDouble pValue(Sample reference, Sample window) {
    if (reference.counted() == 0 || window.counted() == 0) {
      return OptionalDouble.empty();
    }
    ContingencyTable table = ContingencyTable.of(reference, window);
    return table.pValue(table.likelihoodRatio());
  }
}
