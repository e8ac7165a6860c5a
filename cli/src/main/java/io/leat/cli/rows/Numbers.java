package io.leat.cli.rows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Numbers as files hold them: digits, a sign, decimals, a power of ten; all else is none. */
final class Numbers {
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");

  /** More than any double's shortest text; what is computed with grows with it. */
  private static final int MOST_CHARACTERS = 400;

  private Numbers() {}

  /** Whether a text is a number written with a point before its decimals. */
  static boolean isNumber(String text) {
    return text.length() <= MOST_CHARACTERS && DECIMAL.matcher(text).matches();
  }

  /**
   * The number that a value is, to its last digit.
   *
   * @param value a text or a number
   * @param decimal what stands before a text's decimals
   * @throws NumberFormatException if it is none, or not finite
   */
  static BigDecimal exact(Object value, char decimal) {
    if (value instanceof BigDecimal number) {
      return number;
    }
    if (value instanceof BigInteger number) {
      return new BigDecimal(number);
    }
    String text = value.toString().strip();
    if (decimal != '.' && !(value instanceof Number)) {
      if (text.indexOf('.') >= 0) {
        throw new NumberFormatException("a point where decimals stand behind " + decimal);
      }
      text = text.replace(decimal, '.');
    }
    if (!isNumber(text)) {
      throw new NumberFormatException("not a number");
    }
    return new BigDecimal(text);
  }
}
