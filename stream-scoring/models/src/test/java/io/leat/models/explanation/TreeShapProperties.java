package io.leat.models.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Laws of Shapley values, on random trees with ties at thresholds and gaps. */
class TreeShapProperties {
  private static final double EXACT = 1e-12;

  @Property(tries = 300)
  void contributionsAreTheShapleyValuesOfAllSubsets(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 8) int width,
      @ForAll @IntRange(min = 1, max = 3) int count,
      @ForAll @IntRange(min = 0, max = 7) int depth) {
    RandomTrees trees = new RandomTrees(seed, width, count, depth);
    double[] row = RandomTrees.row(new Random(seed), width);

    assertThat(explain(trees, row)).containsExactly(trees.shapley(row), within(EXACT));
  }

  @Property(tries = 100)
  void contributionsAndBaseValueAddUpToOnnxRuntimesScore(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int width) {
    RandomTrees trees = new RandomTrees(seed, width, 5, 6);
    double[] row = RandomTrees.row(new Random(seed), width);

    // Leaves are few multiples of 1/64, which floats add without rounding.
    assertThat(Arrays.stream(explain(trees, row)).sum())
        .isCloseTo(Graphs.run(trees.onnx(), row)[0], within(EXACT));
  }

  @Property(tries = 100)
  void aColumnThatNoTreeUsesContributesNothing(@ForAll long seed) {
    RandomTrees trees = new RandomTrees(seed, 8, 2, 3);
    double[] contributions = explain(trees, RandomTrees.row(new Random(seed), 8));

    for (int column = 0; column < 8; column++) {
      if (!trees.uses(column)) {
        assertThat(contributions[column]).isZero();
      }
    }
  }

  @Property(tries = 100)
  void contributionsOfAnEnsembleAreTheSumOfItsTrees(@ForAll long seed) {
    RandomTrees trees = new RandomTrees(seed, 6, 3, 6);
    double[] row = RandomTrees.row(new Random(seed), 6);
    double[] sum = new double[7];
    for (int tree = 0; tree < 3; tree++) {
      double[] one = explain(trees.only(tree), row);
      Arrays.setAll(sum, i -> sum[i] + one[i]);
    }

    assertThat(explain(trees, row)).containsExactly(sum, within(EXACT));
  }

  @Property(tries = 100)
  void columnsThatAreTreatedAlikeContributeAlike(@ForAll long seed) {
    RandomTrees trees = new RandomTrees(seed, 4, 2, 6).withExchanged(0, 1);
    double[] row = RandomTrees.row(new Random(seed), 4);
    row[1] = row[0];
    double[] contributions = explain(trees, row);

    assertThat(contributions[0]).isCloseTo(contributions[1], within(EXACT));
  }

  private static double[] explain(RandomTrees trees, double[] row) {
    List<String> names = IntStream.range(0, row.length).mapToObj(i -> "f" + i).toList();
    Explainer explainer = Explainer.of(trees.onnx(), names);
    double[] contributions = new double[explainer.length()];
    explainer.explain(FeatureRow.of(row), contributions);
    return contributions;
  }
}
