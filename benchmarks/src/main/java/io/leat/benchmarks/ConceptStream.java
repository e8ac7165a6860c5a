package io.leat.benchmarks;

import io.leat.benchmarks.AlarmScenario.Change;
import java.util.SplittableRandom;

/**
 * The generators that stream learning is measured with, as their papers define them. A row has the
 * attributes and, as its last column, the class, as a monitor of labels or decisions would see it:
 * what changes in most of them is the class of the same attributes. Gradually, a row is of the new
 * concept with probability 1 / (1 + exp(-4 (t - t0) / w)), with w = 4 weeks and t0 = 2 weeks after
 * the reference's end (Bifet et al., KDD 2009).
 */
final class ConceptStream implements AlarmStream {
  private static final double GRADUAL_DAYS = 28;

  private final AlarmScenario scenario;
  private final SplittableRandom random;
  private final double[][] weights;
  private long row;

  ConceptStream(AlarmScenario scenario, SplittableRandom random) {
    this.scenario = scenario;
    this.random = random;
    this.weights = new double[][] {random.doubles(10).toArray(), random.doubles(10).toArray()};
  }

  /** How many columns a generator's rows have. */
  static int columns(AlarmScenario.Kind kind) {
    return switch (kind) {
      case SEA -> 4;
      case AGRAWAL -> 10;
      case HYPERPLANE -> 11;
      case LED -> 25;
      default -> throw new IllegalArgumentException(kind + " is no generator of concepts");
    };
  }

  @Override
  public Object[] next() {
    double days = (double) row / scenario.rowsADay() - scenario.referenceDays();
    row++;
    double share =
        days < 0 || scenario.change() == Change.NONE
            ? 0
            : scenario.change() == Change.ABRUPT
                ? 1
                : 1 / (1 + Math.exp(-4 * (days - GRADUAL_DAYS / 2) / GRADUAL_DAYS));
    boolean changed = random.nextDouble() < share;
    return switch (scenario.kind()) {
      case SEA -> sea(changed ? 9.5 : 7);
      case AGRAWAL -> agrawal(changed);
      case HYPERPLANE -> hyperplane(weights[changed ? 1 : 0]);
      case LED -> led(changed);
      default -> throw new IllegalStateException();
    };
  }

  /**
   * Three attributes from 0 to 10, of which two make the class: their sum is at most a threshold;
   * one class in ten is wrong. The last of its changes, the greatest: 7 to 9.5 (Street and Kim, KDD
   * 2001).
   */
  private Object[] sea(double threshold) {
    double a = random.nextDouble(10);
    double b = random.nextDouble(10);
    boolean positive = (a + b <= threshold) != (random.nextDouble() < 0.1);
    return new Object[] {a, b, random.nextDouble(10), positive ? 1.0 : 0.0};
  }

  /**
   * Nine attributes of people who ask for a loan; the class by function 1, then by function 2
   * (Agrawal, Imielinski and Swami, IEEE TKDE 5, 1993). Function 1: age below 40 or from 60 on.
   * Function 2: age below 40 and salary of 50 to 100 thousand, 40 to 59 and 75 to 125, or 60 and
   * more and 25 to 75.
   */
  private Object[] agrawal(boolean second) {
    double salary = random.nextDouble(20_000, 150_000);
    double commission = salary >= 75_000 ? 0 : random.nextDouble(10_000, 75_000);
    int age = random.nextInt(20, 81);
    int zipcode = random.nextInt(9);
    boolean groupA;
    if (second) {
      double least = age < 40 ? 50_000 : age < 60 ? 75_000 : 25_000;
      groupA = least <= salary && salary <= least + 50_000;
    } else {
      groupA = age < 40 || age >= 60;
    }
    return new Object[] {
      salary,
      commission,
      (double) age,
      (double) random.nextInt(5),
      (double) random.nextInt(1, 21),
      (double) zipcode,
      random.nextDouble(0.5, 1.5) * 100_000 * (9 - zipcode),
      (double) random.nextInt(1, 31),
      random.nextDouble(500_000),
      groupA ? 1.0 : 0.0
    };
  }

  /**
   * Ten attributes from 0 to 1; the class says on which side of a plane through their middle a row
   * lies, whose weights change (Hulten, Spencer and Domingos, KDD 2001). Half of the rows are on
   * either side before and after.
   */
  private Object[] hyperplane(double[] plane) {
    Object[] values = new Object[plane.length + 1];
    double sum = 0;
    double middle = 0;
    for (int i = 0; i < plane.length; i++) {
      double value = random.nextDouble();
      values[i] = value;
      sum += plane[i] * value;
      middle += plane[i] / 2;
    }
    values[plane.length] = sum >= middle ? 1.0 : 0.0;
    return values;
  }

  /** Which of the seven segments of a display each digit lights, the lowest bit first. */
  private static final int[] DIGITS = {
    0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110, 0b1101011, 0b1111011, 0b0100101,
    0b1111111, 0b1101111
  };

  /**
   * A digit's seven segments, each wrong in one of ten, and 17 attributes that say nothing; the
   * class is the digit (Breiman et al., Classification and Regression Trees, 1984). The change
   * swaps the seven with seven of the others.
   */
  private Object[] led(boolean changed) {
    Object[] values = new Object[25];
    int digit = random.nextInt(10);
    for (int i = 0; i < 24; i++) {
      int place = changed && i < 14 ? (i + 7) % 14 : i;
      boolean on =
          i < 7
              ? ((DIGITS[digit] >> i & 1) == 1) != (random.nextDouble() < 0.1)
              : random.nextBoolean();
      values[place] = on ? 1.0 : 0.0;
    }
    values[24] = "digit " + digit;
    return values;
  }
}
