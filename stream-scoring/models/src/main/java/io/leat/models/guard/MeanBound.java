package io.leat.models.guard;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A lower bound of a mean that holds at all times at once: the empirical-Bernstein confidence
 * sequence with predictable plug-in of Waudby-Smith and Ramdas, "Estimating means of bounded random
 * variables by betting" (JRSS B 2024, arXiv 2010.09686), theorem 2, one side of it.
 *
 * <p>With {@code lambda(t) = min(1/2, sqrt(2 ln(1/a) / (s(t-1) t ln(1+t))))}, where {@code s} is
 * the variance of the observations before, and {@code psi(l) = -ln(1-l) - l}:
 *
 * <pre>
 * lower(t) = (sum lambda(i) x(i) - ln(1/alpha) - sum (x(i) - mean(i-1))^2 psi(lambda(i))) / sum lambda(i)
 * </pre>
 *
 * It assumes that each observation has the same mean, given those before it. The chance that {@link
 * #lower} is above that mean at any time is at most alpha. An upper bound is 1 minus the lower one
 * of 1 minus the observations.
 *
 * <p>Not thread-safe. An observation costs constant time; the state is six numbers.
 */
public final class MeanBound {
  /** For which alpha the bound is narrow; it holds for each. */
  private static final double TUNED_FOR = 0.05;

  private static final double MOST = 0.5;
  private static final double PRIOR_MEAN = 0.5;
  private static final double PRIOR_VARIANCE = 0.25;

  private final double alphaOfLambda;
  private long count;
  private double sum;

  /** Of squares of the distances from the mean that the prior belongs to. */
  private double squares;

  private double lambdas;
  private double weighted;
  private double variation;

  public MeanBound() {
    this(TUNED_FOR);
  }

  MeanBound(double alphaOfLambda) {
    this.alphaOfLambda = alphaOfLambda;
  }

  /**
   * Takes an observation.
   *
   * @param x from 0 to 1
   */
  public void add(double x) {
    long t = count + 1;
    double variance = (PRIOR_VARIANCE + squares) / t;
    double lambda =
        Math.min(
            MOST,
            Math.sqrt(2 * Math.log(1 / alphaOfLambda) / (t * Math.log1p((double) t) * variance)));
    double distance = x - mean();
    lambdas += lambda;
    weighted += lambda * x;
    variation += distance * distance * (-Math.log1p(-lambda) - lambda);
    count = t;
    sum += x;
    double regular = x - (PRIOR_MEAN + sum) / (t + 1);
    squares += regular * regular;
  }

  /** How many observations were taken. */
  public long count() {
    return count;
  }

  /** Of the observations; 0 before the first. */
  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /**
   * The lower bound now.
   *
   * @param alpha more than 0, less than 1
   * @return from 0 to 1
   */
  public double lower(double alpha) {
    return count == 0 ? 0 : Math.max(0, (weighted - Math.log(1 / alpha) - variation) / lambdas);
  }

  /** Writes its six numbers. */
  public void write(DataOutput to) throws IOException {
    to.writeLong(count);
    for (double part : new double[] {sum, squares, lambdas, weighted, variation}) {
      to.writeDouble(part);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static MeanBound read(DataInput from) throws IOException {
    MeanBound bound = new MeanBound();
    bound.count = from.readLong();
    bound.sum = from.readDouble();
    bound.squares = from.readDouble();
    bound.lambdas = from.readDouble();
    bound.weighted = from.readDouble();
    bound.variation = from.readDouble();
    return bound;
  }
}
