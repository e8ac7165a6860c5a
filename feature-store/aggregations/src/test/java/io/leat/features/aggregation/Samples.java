package io.leat.features.aggregation;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Events and parameters that functions are tried with. */
final class Samples {
  private static final long DAY = 86_400_000;

  private Samples() {}

  /** What a function may take beside its field. */
  static double parameter(AggregateFunction function) {
    return switch (function.parameter()) {
      case NONE -> 0;
      case SIZE -> 3;
      case FRACTION -> 0.9;
      case HALF_LIFE -> 70;
    };
  }

  static InputValue number(double number, long time) {
    return inputValue(number, "", time, "");
  }

  static InputValue inputValue(double number, String value, long time, String id) {
    InputValue input = new InputValue();
    input.number = number;
    input.value = value;
    input.time = time;
    input.id = id;
    return input;
  }

  /**
   * Sets of up to some hundred values, so that quantiles have buckets; one in three of numbers
   * above 0 alone, since some functions have no value of others.
   */
  static Arbitrary<List<InputValue>> sets() {
    return Arbitraries.of(false, false, true).flatMap(Samples::sets);
  }

  private static Arbitrary<List<InputValue>> sets(boolean positive) {
    Arbitrary<Double> numbers =
        Arbitraries.oneOf(
            Arbitraries.integers().between(-9_999, 9_999).map(i -> i / 100.0),
            Arbitraries.doubles().between(-1e18, 1e18).ofScale(6),
            Arbitraries.of(1e200, -1e200, 1e-300, Double.MIN_VALUE, 0.1, 0.2, 0.0, 1.0, 0x1p900),
            Arbitraries.of(
                1e308, -1e308, Double.MAX_VALUE, -Double.MAX_VALUE, 1e-310, 0x1p960, -0x1p480));
    Arbitrary<Long> times =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-20_000, 20_000), Arbitraries.of(0L, 1L, DAY));
    return Combinators.combine(
            numbers,
            Arbitraries.integers().between(0, 400),
            times,
            Arbitraries.of("a", "b", "c"),
            Arbitraries.of(0.0, 0.0, 1.0, -512.0))
        .as(
            (number, value, time, id, rest) -> {
              boolean isLong = rest != 0;
              InputValue input =
                  inputValue(isLong ? 0x1p62 : drawn(number, positive), "v" + value, time, id);
              input.rest = rest;
              return input;
            })
        .list()
        .ofMinSize(2)
        .ofMaxSize(200);
  }

  private static double drawn(double number, boolean positive) {
    return positive ? Math.max(Math.abs(number), Double.MIN_VALUE) : number;
  }
}
