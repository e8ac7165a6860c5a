package io.leat.features.engine;

import java.util.Arrays;

/**
 * The exact sum of doubles, independent of the order in which they are added.
 *
 * <p>Kept as an expansion: doubles that do not overlap and whose real sum is the exact total (J. R.
 * Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates",
 * Discrete &amp; Computational Geometry 18, 1997, grow-expansion with zero elimination; the final
 * rounding is that of Python's {@code math.fsum}). An expansion of a given total is not unique; the
 * {@link #canonical canonical} one is: each component is what is left of the total, correctly
 * rounded (half to even), the largest first.
 *
 * <p>Every addend must be below {@link #LIMIT} in magnitude, so that fewer than 2^63 of them cannot
 * overflow. Not thread-safe; an addition costs a few nanoseconds a component, of which sums of
 * like-sized values have two or three.
 */
final class ExactSum {
  /** 2^960, about 9.7e288. */
  static final double LIMIT = 0x1p960;

  /** Components a canonical expansion can have: 2,098 bits of doubles by at least 53 each. */
  static final int MAX_COMPONENTS = 40;

  private double[] partials = new double[8];
  private int size;

  void clear() {
    size = 0;
  }

  /** Adds a finite value below {@link #LIMIT} in magnitude. */
  void add(double value) {
    double carry = value;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      double partial = partials[i];
      double high = carry + partial;
      // The rounding error of high, exactly (Knuth's TwoSum; needs no comparison of magnitudes).
      double virtual = high - carry;
      double low = (carry - (high - virtual)) + (partial - virtual);
      if (low != 0) {
        partials[kept++] = low;
      }
      carry = high;
    }
    if (carry != 0) {
      if (kept == partials.length) {
        partials = Arrays.copyOf(partials, kept * 2);
      }
      partials[kept++] = carry;
    }
    size = kept;
  }

  /** Adds another total, which stays as it is. */
  void add(ExactSum other) {
    for (int i = 0; i < other.size; i++) {
      add(other.partials[i]);
    }
  }

  /** Adds another total times a power of two; what falls below the smallest double is lost. */
  void addScaled(ExactSum other, int exponent) {
    for (int i = 0; i < other.size; i++) {
      add(Math.scalb(other.partials[i], exponent));
    }
  }

  /**
   * Adds a product exactly: as its rounded value and what rounding took away (see {@link
   * SquaresAccumulator}).
   */
  void addProduct(double a, double b) {
    double product = a * b;
    add(product);
    add(Math.fma(a, b, -product));
  }

  /** Adds another total times a factor, exactly. */
  void addProduct(ExactSum other, double factor) {
    for (int i = 0; i < other.size; i++) {
      addProduct(other.partials[i], factor);
    }
  }

  /** Subtracts another total's square, exactly. */
  void subtractSquare(ExactSum other) {
    for (int i = 0; i < other.size; i++) {
      for (int j = 0; j < other.size; j++) {
        addProduct(-other.partials[i], other.partials[j]);
      }
    }
  }

  /** The total, correctly rounded (half to even); 0.0, never -0.0, where it is zero. */
  double round() {
    int i = size;
    if (i == 0) {
      return 0.0;
    }
    double high = partials[--i];
    double low = 0.0;
    while (i > 0) {
      double before = high;
      double next = partials[--i];
      high = before + next;
      low = next - (high - before);
      if (low != 0) {
        break;
      }
    }
    // Half-way between two doubles, and what lies below says which is nearer.
    if (i > 0 && ((low < 0 && partials[i - 1] < 0) || (low > 0 && partials[i - 1] > 0))) {
      double twice = low * 2;
      double nearer = high + twice;
      if (nearer - high == twice) {
        high = nearer;
      }
    }
    return high;
  }

  /** Writes how many components the canonical expansion has, and these, the largest first. */
  void write(StateWriter out) {
    canonicalise();
    out.putByte(size);
    for (int i = size - 1; i >= 0; i--) {
      out.putDouble(partials[i]);
    }
  }

  /**
   * Takes what {@link #write} wrote in place of what is here.
   *
   * @throws StateFormatException if there are more components than a canonical expansion has
   */
  void read(StateReader in) {
    int length = in.takeByte();
    if (length > MAX_COMPONENTS) {
      throw new StateFormatException("a sum in it claims " + length + " components");
    }
    if (partials.length < length) {
      partials = new double[length];
    }
    for (int i = length - 1; i >= 0; i--) {
      partials[i] = in.takeDouble();
    }
    size = length;
  }

  /** Gives the expansion its canonical form; the total stays. */
  private void canonicalise() {
    if (size < 2 || (size == 2 && partials[1] + partials[0] == partials[1])) {
      return;
    }
    double[] components = new double[MAX_COMPONENTS];
    int length = 0;
    while (size > 0) {
      double component = round();
      components[length++] = component;
      add(-component);
    }
    if (partials.length < length) {
      partials = new double[length];
    }
    for (int i = 0; i < length; i++) {
      partials[length - 1 - i] = components[i];
    }
    size = length;
  }
}
