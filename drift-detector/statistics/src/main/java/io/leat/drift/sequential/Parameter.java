package io.leat.drift.sequential;

/**
 * A number that a detector is made with.
 *
 * @param name lower case, the same for the same thing in every detector
 * @param standard what it is where none is given
 * @param least the least that it may be
 * @param greatest the greatest that it may be
 * @param isWhole whether it is a whole number
 * @param meaning for the reference page, without a full stop
 */
public record Parameter(
    String name, double standard, double least, double greatest, boolean isWhole, String meaning) {
  private static final double MANY = 1_000_000;

  static Parameter number(String name, double standard, double least, double greatest, String is) {
    return new Parameter(name, standard, least, greatest, false, is);
  }

  static Parameter count(String name, int standard, int least, String is) {
    return new Parameter(name, standard, least, MANY, true, is);
  }

  /** A probability, more than 0 and less than 1. */
  static Parameter probability(String name, double standard, String is) {
    return new Parameter(name, standard, Double.MIN_VALUE, Math.nextDown(1.0), false, is);
  }

  double check(double value) {
    if (!(value >= least && value <= greatest) || isWhole && value != Math.rint(value)) {
      throw new IllegalArgumentException(
          "%s: %s; expected a%s number from %s to %s"
              .formatted(name, value, isWhole ? " whole" : "", least, greatest));
    }
    return value;
  }
}
