package io.leat.retraining.training;

/**
 * A number that an algorithm can be told.
 *
 * @param name as plans and reports have it
 * @param value what it is where a plan does not say
 * @param least smallest allowed
 * @param greatest largest allowed
 * @param isWhole whether it is a whole number
 * @param meaning one sentence
 */
public record Hyperparameter(
    String name, double value, double least, double greatest, boolean isWhole, String meaning) {

  static Hyperparameter whole(String name, int value, int least, int greatest, String meaning) {
    return new Hyperparameter(name, value, least, greatest, true, meaning);
  }

  static Hyperparameter real(
      String name, double value, double least, double greatest, String meaning) {
    return new Hyperparameter(name, value, least, greatest, false, meaning);
  }

  boolean allows(double found) {
    return found >= least && found <= greatest && (!isWhole || found == Math.rint(found));
  }

  /** For messages: what is allowed. */
  String range() {
    return "a %s from %s to %s"
        .formatted(isWhole ? "whole number" : "number", shown(least), shown(greatest));
  }

  private static String shown(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e9
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
