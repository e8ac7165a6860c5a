package io.leat.features.offline.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.features.offline.consistency.FeatureFindings.Example;
import io.leat.schemas.NullReason;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeatureFindingsProperties {
  @Property
  void aQuantileIsReportedToWithinItsPromise(
      @ForAll @NotEmpty List<@DoubleRange(min = 0, max = 1e6) Double> deltas,
      @ForAll @DoubleRange(min = 0.01, max = 1) double share) {
    DeltaHistogram histogram = new DeltaHistogram();
    deltas.forEach(histogram::add);

    List<Double> sorted = deltas.stream().sorted().toList();
    double exact = sorted.get((int) Math.ceil(share * sorted.size()) - 1);

    assertThat(histogram.quantile(share)).isGreaterThanOrEqualTo(exact);
    assertThat(histogram.quantile(share)).isLessThanOrEqualTo(exact * (1 + 1.0 / 64));
    assertThat(histogram.greatest()).isEqualTo(sorted.get(sorted.size() - 1));
  }

  @Property
  void findingsOfPartsMergeToThoseOfTheWhole(
      @ForAll @Size(max = 40) List<@DoubleRange(min = -9, max = 9) Double> logged,
      @ForAll @Size(max = 40) List<@DoubleRange(min = -9, max = 9) Double> recomputed) {
    FeatureFindings whole = new FeatureFindings();
    FeatureFindings left = new FeatureFindings();
    FeatureFindings right = new FeatureFindings();
    int pairs = Math.min(logged.size(), recomputed.size());
    for (int i = 0; i < pairs; i++) {
      Double other = i % 3 == 0 ? logged.get(i) : recomputed.get(i);
      Example pair = pair(i, logged.get(i), other);
      whole.compare(pair);
      (i % 2 == 0 ? left : right).compare(pair);
    }

    left.merge(right);

    assertThat(left.equal() + left.unequal()).isEqualTo(pairs);
    assertThat(left.equal()).isEqualTo(whole.equal());
    assertThat(left.examples()).isEqualTo(whole.examples());
    assertThat(left.smape()).isEqualTo(whole.smape(), within(1e-12));
    assertThat(left.deltas().quantile(0.9)).isEqualTo(whole.deltas().quantile(0.9));
  }

  @Property
  void equalIsWhatHasTheSameBits(@ForAll double one) {
    FeatureFindings findings = new FeatureFindings();
    findings.compare(pair(0, one, one));
    findings.compare(pair(1, null, null));
    findings.compare(pair(2, 0.0, -0.0));
    findings.compare(pair(3, 1L, 1.0));
    findings.compare(pair(4, null, 0.0));
    findings.compare(pair(5, "a", "b"));

    assertThat(findings.equal()).isEqualTo(2);
    assertThat(findings.examples()).extracting(Example::time).containsExactly(2L, 3L, 4L, 5L);
  }

  @Property
  void whatIsFarApartIsReportedInFiniteNumbers(@ForAll double one, @ForAll double other) {
    Assume.that(Double.isFinite(one) && Double.isFinite(other));
    FeatureFindings findings = new FeatureFindings();
    findings.compare(pair(0, one, other));
    findings.compare(pair(1, Double.MAX_VALUE, -Double.MAX_VALUE));
    findings.compare(pair(2, Double.MAX_VALUE, 1e308));

    assertThat(findings.smape()).isBetween(0.0, 2.0);
    assertThat(findings.deltas().quantile(0.5)).isFinite();
    assertThat(findings.deltas().greatest()).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void longsThatDifferByOneDifferHoweverLargeTheyAre() {
    FeatureFindings findings = new FeatureFindings();
    findings.compare(pair(0, (1L << 60) + 1, 1L << 60));
    findings.compare(pair(1, Long.MAX_VALUE, Long.MIN_VALUE));

    assertThat(findings.deltas().quantile(0.5)).isBetween(1.0, 1.0 + 1.0 / 64);
    assertThat(findings.deltas().greatest()).isEqualTo(0x1p64);
    assertThat(findings.smape()).isPositive();
  }

  private static Example pair(int time, @Nullable Object logged, @Nullable Object recomputed) {
    return new Example(
        "event-" + time, List.of(), time, valueOrReason(logged), valueOrReason(recomputed));
  }

  private static Object valueOrReason(@Nullable Object value) {
    return value == null ? NullReason.NO_EVENT : value;
  }
}
