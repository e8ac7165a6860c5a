package io.leat.features.offline.trainingset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.features.offline.OfflineException;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;

class SharesProperties {
  @Property
  void noPartBeginsWithinTheRowsOfOneTime(
      @ForAll @NotEmpty List<@IntRange(max = 20) Integer> times,
      @ForAll @DoubleRange(max = 1) double train,
      @ForAll @DoubleRange(max = 1) double rest) {
    List<Integer> sorted = times.stream().sorted().toList();
    double validation = (1 - train) * rest;
    Shares shares = new Shares(train, validation, 1 - train - validation);

    Shares.Borders borders = shares.borders(sorted.size(), row -> sorted.get((int) row));

    assertThat(borders.validation()).isBetween(0L, borders.test());
    assertThat(borders.test()).isBetween(0L, (long) sorted.size());
    for (long border : List.of(borders.validation(), borders.test())) {
      if (border > 0 && border < sorted.size()) {
        assertThat(sorted.get((int) border - 1)).isLessThan(sorted.get((int) border));
      }
    }
    assertThat(borders.validation()).isLessThanOrEqualTo((long) Math.ceil(train * sorted.size()));
  }

  @Example
  void whereNoTimesAreAlikeTheSharesAreMet() {
    Shares.Borders borders = new Shares(0.7, 0.15, 0.15).borders(20, row -> row);

    assertThat(borders).isEqualTo(new Shares.Borders(14, 17));
    assertThat(new Shares(1, 0, 0).borders(3, row -> row)).isEqualTo(new Shares.Borders(3, 3));
    assertThat(new Shares(0, 0, 1).borders(3, row -> row)).isEqualTo(new Shares.Borders(0, 0));
  }

  @Example
  void sharesThatAreNoneAreRefused() {
    assertThatThrownBy(() -> Shares.of(List.of(0.7, 0.3)))
        .isInstanceOf(OfflineException.class)
        .hasMessageContaining("--split has 2 shares; expected three");
    assertThatThrownBy(() -> Shares.of(List.of(0.7, 0.2, 0.2)))
        .hasMessageContaining("--split is 0.7,0.2,0.2; expected three shares of 0 or more");
    assertThatThrownBy(() -> Shares.of(List.of(1.2, -0.1, -0.1)))
        .isInstanceOf(OfflineException.class);
    assertThatThrownBy(() -> Shares.of(List.of(Double.NaN, 0.5, 0.5)))
        .isInstanceOf(OfflineException.class);
  }
}
