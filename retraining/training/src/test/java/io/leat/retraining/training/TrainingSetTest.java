package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
  @Test
  void rowsAreOrderedByEventTimeWhateverTheOrderTheyCameIn() {
    assertThat(set(5, 1, 3).rows())
        .extracting(TrainingSet.Row::eventTimeMillis)
        .containsExactly(1L, 3L, 5L);
  }

  @Test
  void theNewestRowsAreHeldOut() {
    TrainingSet.Split split = set(10, 9, 8, 7, 6, 5, 4, 3, 2, 1).splitByTime(0.2);
    assertThat(split.training().size()).isEqualTo(8);
    assertThat(split.holdOut().rows())
        .extracting(TrainingSet.Row::eventTimeMillis)
        .containsExactly(9L, 10L);
  }

  @Test
  void rowsOfOneEventTimeAreNotTornApart() {
    TrainingSet.Split split = set(1, 2, 2, 2, 2).splitByTime(0.2);
    assertThat(split.training().size()).isEqualTo(1);
    assertThat(split.holdOut().size()).isEqualTo(4);
  }

  @Test
  void anInfiniteValueIsRefusedByNameAndNaNIsWhatIsMissing() {
    for (double infinite : new double[] {Double.POSITIVE_INFINITY, -1e300}) {
      assertThatThrownBy(
              () -> TrainingSet.builder(List.of("event.a")).add(0, new double[] {infinite}, true))
          .hasMessageContaining("event.a");
    }
    assertThat(
            TrainingSet.builder(List.of("event.a"))
                .add(0, new double[] {Double.NaN}, true)
                .build()
                .rows()
                .get(0)
                .values()[0])
        .isNaN();
  }

  private static TrainingSet set(long... times) {
    TrainingSet.Builder set = TrainingSet.builder(List.of("event.a"));
    for (long time : times) {
      set.add(time, new double[] {time}, true);
    }
    return set.build();
  }
}
