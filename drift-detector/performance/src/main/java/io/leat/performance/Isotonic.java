package io.leat.performance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The share of true labels that a score stands for, rising with the score in steps: the
 * pool-adjacent-violators fit (Ayer and others, 1955; Zadrozny and Elkan, 2002) of weighted rows.
 * Between two steps the border lies half-way. Immutable.
 */
final class Isotonic {
  private final double[] borders;
  private final double[] levels;

  private Isotonic(double[] borders, double[] levels) {
    this.borders = borders;
    this.levels = levels;
  }

  private record Block(double least, double greatest, double weight, double sum) {
    double level() {
      return sum / weight;
    }

    Block with(Block next) {
      return new Block(least, next.greatest, weight + next.weight, sum + next.sum);
    }
  }

  /**
   * Fits.
   *
   * @param labels 0 or 1
   * @param weights above 0; at least one row
   */
  static Isotonic fit(double[] scores, double[] labels, double[] weights) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < order.length; ) {
      double score = scores[order[i]];
      double weight = 0;
      double sum = 0;
      for (; i < order.length && scores[order[i]] == score; i++) {
        weight += weights[order[i]];
        sum += weights[order[i]] * labels[order[i]];
      }
      Block block = new Block(score, score, weight, sum);
      while (!blocks.isEmpty() && blocks.get(blocks.size() - 1).level() >= block.level()) {
        block = blocks.remove(blocks.size() - 1).with(block);
      }
      blocks.add(block);
    }
    double[] borders = new double[blocks.size() - 1];
    Arrays.setAll(borders, i -> blocks.get(i).greatest / 2 + blocks.get(i + 1).least / 2);
    return new Isotonic(borders, blocks.stream().mapToDouble(Block::level).toArray());
  }

  /** From 0 to 1. */
  double of(double score) {
    int at = Arrays.binarySearch(borders, score);
    return levels[at < 0 ? -at - 1 : at + 1];
  }
}
