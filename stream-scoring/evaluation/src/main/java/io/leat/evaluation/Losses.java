package io.leat.evaluation;

import java.util.stream.IntStream;

/** What a probability costs once its label is known; less is better. */
public final class Losses {
  private static final double CLIP = 1e-15; // as scikit-learn clips: a certain error costs 34.5

  private Losses() {}

  /** Negative log-likelihood in nats, the probability cut to 1e-15 from 0 and 1. */
  public static double logLoss(double probability, boolean label) {
    double clipped = clip(probability);
    return -Math.log(label ? clipped : 1 - clipped);
  }

  /** Squared error. */
  public static double brier(double probability, boolean label) {
    double error = probability - (label ? 1 : 0);
    return error * error;
  }

  static double clip(double probability) {
    return Math.min(Math.max(probability, CLIP), 1 - CLIP);
  }

  /** One of the losses. */
  @FunctionalInterface
  interface Loss {
    double of(double probability, boolean label);
  }

  static double[] each(Loss loss, double[] probabilities, boolean[] labels) {
    return IntStream.range(0, labels.length)
        .mapToDouble(i -> loss.of(probabilities[i], labels[i]))
        .toArray();
  }
}
