package io.leat.benchmarks;

import io.leat.benchmarks.AlarmScenario.Change;
import io.leat.benchmarks.AlarmScenario.Kind;
import java.util.SplittableRandom;

/** One stream of rows, made as they are asked for; the same of the same seed. One thread's. */
interface AlarmStream {
  /** The next row: a value a column, Double, text or null. */
  Object[] next();

  /** The first of a scenario's rows. */
  static AlarmStream of(AlarmScenario scenario, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return scenario.kind().isConcept()
        ? new ConceptStream(scenario, random)
        : new Values(scenario, random);
  }

  /** Columns that are alike; each a function of a normal variable, which columns may share. */
  final class Values implements AlarmStream {
    private static final double COMMON = 0.9;
    private static final double OWN = Math.sqrt(1 - COMMON * COMMON);
    private static final double BERNOULLI = 0.2;
    private static final double NULLS = 0.01;
    private static final int CATEGORIES = 500;
    private static final double[] ZIPF = zipf();

    private final AlarmScenario scenario;
    private final SplittableRandom random;
    private final double[] level;
    private long row;

    Values(AlarmScenario scenario, SplittableRandom random) {
      this.scenario = scenario;
      this.random = random;
      this.level = random.doubles(scenario.columns()).map(any -> random.nextGaussian()).toArray();
    }

    /** Distribution function of categories whose frequency is 1 / rank. */
    private static double[] zipf() {
      double[] upTo = new double[CATEGORIES];
      double sum = 0;
      for (int i = 0; i < CATEGORIES; i++) {
        sum += 1.0 / (i + 1);
        upTo[i] = sum;
      }
      for (int i = 0; i < CATEGORIES; i++) {
        upTo[i] /= sum;
      }
      return upTo;
    }

    @Override
    public Object[] next() {
      long day = row / scenario.rowsADay();
      boolean changed = scenario.change() != Change.NONE && day >= scenario.referenceDays();
      row++;
      Object[] values = new Object[scenario.columns()];
      double common = random.nextGaussian();
      double autocorrelation = scenario.kind().autocorrelation();
      double innovation = Math.sqrt(1 - autocorrelation * autocorrelation);
      for (int i = 0; i < values.length; i++) {
        double own = random.nextGaussian();
        double normal = scenario.dependent() ? COMMON * common + OWN * own : own;
        level[i] = autocorrelation * level[i] + innovation * normal;
        Object value = value(level[i], day);
        values[i] = changed && i == 0 ? change(value) : value;
      }
      return values;
    }

    private Object value(double normal, long day) {
      Kind kind = scenario.kind();
      return switch (kind) {
        case LOGNORMAL -> Math.exp(normal);
        case T3 -> normal / Math.sqrt((square() + square() + square()) / 3);
        case BERNOULLI -> distribution(normal) < BERNOULLI ? 1.0 : 0.0;
        case ZIPF500 -> category(distribution(normal));
        case WEEK -> normal + (day % 7 >= 5 ? 1.0 : 0.0);
        case WITH_NULLS -> random.nextDouble() < NULLS ? null : (Object) normal;
        default -> normal;
      };
    }

    private Object change(Object value) {
      return switch (scenario.change()) {
        case VARIANCE -> (Object) ((Double) value * Math.sqrt(1.5));
        case CATEGORY -> random.nextDouble() < 0.05 / (1 - ZIPF[0]) ? category(0) : value;
        case NULLS -> random.nextDouble() < 0.02 / (1 - NULLS) ? null : value;
        default -> (Double) value + scenario.change().deviations();
      };
    }

    private static String category(double share) {
      int found = java.util.Arrays.binarySearch(ZIPF, share);
      return "c" + (found >= 0 ? found + 1 : Math.min(CATEGORIES - 1, -found - 1));
    }

    private double square() {
      double normal = random.nextGaussian();
      return normal * normal;
    }

    /**
     * Distribution function of a normal variable, to 1.5e-7 (Abramowitz and Stegun, Handbook of
     * Mathematical Functions, 7.1.26).
     */
    static double distribution(double normal) {
      double x = Math.abs(normal) / Math.sqrt(2);
      double t = 1 / (1 + 0.3275911 * x);
      double tail =
          t
              * (0.254829592
                  + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
              * Math.exp(-x * x)
              / 2;
      return normal > 0 ? 1 - tail : tail;
    }
  }
}
