package io.leat.retraining.gate;

import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Evidence of figures that are the largest of several sums ({@link Cells}). Noise makes them too
 * large, of a good model more than of a bad one, so that their plain difference favours a bad
 * challenger. Here a challenger passes by its plain figure, which is not too small on average, less
 * what one half of the champion's entities says of the sum that the other half has chosen, which is
 * not too large; it fails by the opposite. Standard errors are of a bootstrap over entities.
 */
final class CautiousFigures {
  private static final int SAMPLES = 200;

  private CautiousFigures() {}

  /**
   * The plain figure, and that of halves which choose for each other.
   *
   * @param weights how many times each entity is there
   * @param inFirst which half each entity is in
   */
  private static double[] figures(Cells cells, int[] entities, int[] weights, boolean[] inFirst) {
    Cells.Sums first = Cells.Sums.empty(cells.count());
    Cells.Sums second = Cells.Sums.empty(cells.count());
    for (int row = 0; row < entities.length; row++) {
      int entity = entities[row];
      if (weights[entity] > 0) {
        cells.add(row, weights[entity], inFirst[entity] ? first : second);
      }
    }
    Cells.Sums all = first.plus(second);
    return new double[] {
      cells.figure(all, all), (cells.figure(first, second) + cells.figure(second, first)) / 2
    };
  }

  /**
   * Measures.
   *
   * @param champion empty where it is not compared
   * @param entities number of each row's entity, from 0
   * @param ceiling of the difference, whatever the labels
   */
  static Evidence of(
      Cells challenger,
      Optional<Cells> champion,
      int[] entities,
      int count,
      long seed,
      double ceiling) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean[] inFirst = new boolean[count];
    int[] weights = new int[count];
    for (int i = 0; i < count; i++) {
      inFirst[i] = random.nextBoolean();
      weights[i] = 1;
    }
    double[] found = figures(challenger, entities, weights, inFirst);
    double[] against =
        champion.isEmpty() ? new double[2] : figures(champion.get(), entities, weights, inFirst);
    double sum = 0;
    double squares = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      int[] drawn = new int[count];
      for (int i = 0; i < count; i++) {
        drawn[random.nextInt(count)]++;
      }
      double high = figures(challenger, entities, drawn, inFirst)[0];
      if (champion.isPresent()) {
        high -= figures(champion.get(), entities, drawn, inFirst)[1];
      }
      sum += high;
      squares += high * high;
    }
    double mean = sum / SAMPLES;
    double error = Math.sqrt(Math.max(0, squares - SAMPLES * mean * mean) / (SAMPLES - 1));
    return new Evidence(
        champion.isEmpty() ? Double.NaN : against[0],
        found[0],
        found[0] - against[0],
        found[0] - against[1],
        found[1] - against[0],
        error,
        ceiling);
  }
}
