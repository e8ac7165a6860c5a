package io.leat.retraining.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A probability that rises with the margin in steps: the pool-adjacent-violators fit (Ayer and
 * others, 1955; Zadrozny and Elkan, 2002). Between two steps the border lies half-way. The lowest
 * and the highest step are kept {@code 1 / (n + 2)} from 0 and 1, for {@code n} rows, so that no
 * row's loss is without bound.
 *
 * <p>In the graph: the first border that is greater than the margin names the level.
 */
@SuppressWarnings("ArrayRecordComponent") // of this package alone, which does not change them
record IsotonicLink(double[] borders, double[] levels) implements Link {
  private record Block(double least, double greatest, int rows, int positives) {
    double level() {
      return (double) positives / rows;
    }

    Block with(Block next) {
      return new Block(least, next.greatest, rows + next.rows, positives + next.positives);
    }
  }

  static IsotonicLink fit(double[] margins, boolean[] labels) {
    Integer[] order = IntStream.range(0, margins.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> margins[i]));
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < order.length; ) {
      int end = i;
      int positives = 0;
      while (end < order.length && margins[order[end]] == margins[order[i]]) {
        positives += labels[order[end++]] ? 1 : 0;
      }
      Block block = new Block(margins[order[i]], margins[order[i]], end - i, positives);
      while (!blocks.isEmpty() && blocks.get(blocks.size() - 1).level() >= block.level()) {
        block = blocks.remove(blocks.size() - 1).with(block);
      }
      blocks.add(block);
      i = end;
    }
    double least = 1.0 / (margins.length + 2);
    double[] levels =
        blocks.stream()
            .mapToDouble(block -> Math.min(Math.max(block.level(), least), 1 - least))
            .toArray();
    double[] borders = new double[Math.max(0, blocks.size() - 1)];
    Arrays.setAll(borders, i -> blocks.get(i).greatest / 2 + blocks.get(i + 1).least / 2);
    return new IsotonicLink(borders, levels.length == 0 ? new double[] {0.5} : levels);
  }

  @Override
  public double[] predict(double[] margins) {
    int step = 0;
    while (step < borders.length && !(margins[0] < borders[step])) {
      step++;
    }
    return new double[] {1 - levels[step], levels[step]};
  }

  @Override
  public String write(OnnxGraphWriter graph, String margins) {
    double[] open = Arrays.copyOf(borders, borders.length + 1);
    open[borders.length] = Double.POSITIVE_INFINITY;
    double[] rows = new double[2 * levels.length];
    for (int step = 0; step < levels.length; step++) {
      rows[2 * step] = 1 - levels[step];
      rows[2 * step + 1] = levels[step];
    }
    graph.doubles("borders", open, open.length);
    graph.doubles("levels", rows, levels.length, 2);
    graph.lastColumn("margin", margins);
    graph.node("Less", "below", "margin", "borders");
    graph.castToDouble("is_below", "below");
    graph.firstGreatest("step", "is_below");
    return graph.node("Gather", "exact_probabilities", "levels", "step");
  }
}
