package io.leat.cli.drift;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A change of one column.
 *
 * @param deviations by how many standard deviations of the reference each value becomes greater, or
 *     less where it is below 0
 * @param nulls share of the values, from 0 to 1, that become null
 */
record Shift(double deviations, double nulls) {
  /** Of a text. */
  static final class Converter implements ITypeConverter<Shift> {
    private static final Pattern TEXT =
        Pattern.compile("(-?\\d+(?:\\.\\d+)?) ?(sd|%null)", Pattern.CASE_INSENSITIVE);

    @Override
    public Shift convert(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'%s' is no shift; expected a number of standard deviations, as in 0.5sd, or a share that becomes null, as in 2%%null"
                .formatted(text));
      }
      double number = Double.parseDouble(matcher.group(1));
      if (number == 0) {
        throw new TypeConversionException(
            "'%s' changes nothing; expected a shift that does, as 1sd or 2%%null".formatted(text));
      }
      if (matcher.group(2).equalsIgnoreCase("sd")) {
        return new Shift(number, 0);
      }
      if (number < 0 || number > 100) {
        throw new TypeConversionException(
            "'%s' is no share; expected up to 100%%null".formatted(text));
      }
      return new Shift(0, number / 100);
    }
  }

  /** Whether a column of these values can be shifted so. */
  boolean fits(List<? extends @Nullable Object> values) {
    return nulls > 0 || deviation(values) > 0;
  }

  /** The standard deviation of those that are numbers; 0 where no two differ. */
  static double deviation(List<? extends @Nullable Object> values) {
    double[] numbers =
        values.stream()
            .filter(Number.class::isInstance)
            .mapToDouble(value -> ((Number) value).doubleValue())
            .filter(Double::isFinite)
            .toArray();
    if (Arrays.stream(numbers).distinct().count() < 2) {
      return 0; // and not what rounding makes of it
    }
    double mean = 0;
    for (double number : numbers) {
      mean += number / numbers.length;
    }
    double sum = 0;
    for (double number : numbers) {
      sum += (number - mean) * (number - mean);
    }
    return Math.sqrt(sum / (numbers.length - 1));
  }

  /**
   * A shifted value.
   *
   * @param deviation the column's standard deviation
   * @param random decides what becomes null
   */
  @Nullable Object apply(@Nullable Object value, double deviation, Random random) {
    if (nulls > 0) {
      return random.nextDouble() < nulls ? null : value;
    }
    return value instanceof Number number
        ? (Double) (number.doubleValue() + deviations * deviation)
        : value;
  }

  @Override
  public String toString() {
    return nulls > 0
        ? "%s %% of the values become null".formatted(text(100 * nulls))
        : "values become greater by %s sd".formatted(text(deviations));
  }

  private static String text(double number) {
    return number == Math.rint(number) ? "%.0f".formatted(number) : String.valueOf(number);
  }
}
