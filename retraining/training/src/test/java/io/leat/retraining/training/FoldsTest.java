package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FoldsTest {
  @Test
  void noFoldLearnsFromARowAsLateAsOneThatItHoldsOut() {
    Random random = new Random(4);
    for (int i = 0; i < 300; i++) {
      TrainingSet.Builder builder = TrainingSet.builder(List.of("event.a"));
      int rows = random.nextInt(60);
      int times = 1 + random.nextInt(40);
      for (int row = 0; row < rows; row++) {
        builder.add(random.nextInt(times), new double[] {row}, random.nextBoolean());
      }
      TrainingSet set = builder.build();
      int wanted = 1 + random.nextInt(6);
      List<TrainingSet.Split> folds = set.expandingFolds(wanted);
      assertThat(folds.size()).isLessThanOrEqualTo(wanted);
      int learnt = 0;
      for (TrainingSet.Split fold : folds) {
        assertThat(fold.training().size()).isGreaterThan(learnt);
        learnt = fold.training().size();
        assertThat(fold.training().rows()).isEqualTo(set.rows().subList(0, learnt));
        assertThat(fold.holdOut().rows().get(0)).isEqualTo(set.rows().get(learnt));
        assertThat(fold.training().rows().get(learnt - 1).eventTimeMillis())
            .isLessThan(fold.holdOut().rows().get(0).eventTimeMillis());
      }
    }
  }

  @Test
  void rowsOfTimesOfTheirOwnAreCutIntoPartsOfOneSize() {
    TrainingSet.Builder builder = TrainingSet.builder(List.of("event.a"));
    for (int i = 0; i < 100; i++) {
      builder.add(i, new double[] {i}, true);
    }
    assertThat(builder.build().expandingFolds(4))
        .extracting(fold -> fold.training().size(), fold -> fold.holdOut().size())
        .containsExactly(tuple(20, 20), tuple(40, 20), tuple(60, 20), tuple(80, 20));
  }
}
