package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;
import static io.leat.drift.sequential.Parameter.probability;

import io.leat.drift.sample.KolmogorovLaw;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Kolmogorov-Smirnov windowing: of the last {@code window} values, compares the newest {@code
 * newest} with as many drawn without replacement from those before. Tells a drift where the
 * two-sided p-value ({@link KolmogorovLaw}) is at most alpha and D more than 0.1; keeps the newest
 * then.
 *
 * <p>Other libraries draw by other random numbers, so that they tell the same change a few values
 * earlier or later. Here the draws depend on {@code seed} and on how many values came alone, so
 * that the same values give the same answers. Memory: the window. Time a value: newest log newest,
 * and newest^2 for the p-value.
 */
final class Kswin extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "kswin",
          "Kolmogorov-Smirnov windowing: the newest values against a draw of those before",
          "Raab et al., Neurocomputing 416 (2020)",
          Values.NUMBERS,
          List.of(
              probability("alpha", 0.005, "p-value at or below which it is a drift"),
              count("window", 100, 2, "values that are kept; at least twice newest"),
              count("newest", 30, 1, "values that are compared"),
              number("seed", 42, 0, 1e15, "of the draws")),
          Kswin::new);

  private static final double LEAST_DISTANCE = 0.1;

  private final double alpha;
  private final int newest;
  private final Recent window;
  private final long seed;
  private long values;

  private Kswin(Parameters parameters) {
    super(parameters);
    alpha = parameters.number("alpha");
    newest = parameters.count("newest");
    int size = parameters.count("window");
    if (size < 2 * newest) {
      throw new IllegalArgumentException(
          "window: %d; expected at least twice newest, %d".formatted(size, 2 * newest));
    }
    window = new Recent(size);
    seed = (long) parameters.number("seed");
  }

  @Override
  State next(double value) {
    values++;
    window.add(value);
    if (!window.isFull()) {
      return State.STABLE;
    }
    int older = window.size() - newest;
    double[] drawn = draw(older);
    double[] last = new double[newest];
    for (int i = 0; i < newest; i++) {
      last[i] = window.get(older + i);
    }
    Arrays.sort(drawn);
    Arrays.sort(last);
    double distance = KolmogorovLaw.distance(drawn, last);
    if (distance > LEAST_DISTANCE && KolmogorovLaw.pValue(distance, newest, newest) <= alpha) {
      window.keep(newest);
      return State.DRIFT;
    }
    return State.STABLE;
  }

  /** Of the older values, without replacement: the beginning of a shuffle. */
  private double[] draw(int older) {
    double[] all = new double[older];
    for (int i = 0; i < older; i++) {
      all[i] = window.get(i);
    }
    long state = mix(seed) ^ values;
    for (int i = 0; i < newest; i++) {
      state += 0x9E3779B97F4A7C15L;
      int j = i + (int) Long.remainderUnsigned(mix(state), older - i);
      double drawn = all[j];
      all[j] = all[i];
      all[i] = drawn;
    }
    return Arrays.copyOf(all, newest);
  }

  /** The finalizer of SplitMix64 (Steele et al., OOPSLA 2014). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  void pass(Fields fields) throws IOException {
    values = fields.whole(values);
    window.pass(fields);
  }
}
