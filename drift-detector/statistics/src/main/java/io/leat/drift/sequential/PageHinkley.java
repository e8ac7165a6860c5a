package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.number;

import java.io.IOException;
import java.util.List;

/**
 * The Page-Hinkley test: sums how far values are from the mean so far, less a tolerance delta; a
 * change is where the sum has moved by more than a threshold from its extreme. With m the mean of
 * all values so far, x included:
 *
 * <ul>
 *   <li>up: U = alpha U + (x - m) - delta, drift where U - min U &gt; threshold;
 *   <li>down: D = alpha D + (x - m) + delta, drift where max D - D &gt; threshold;
 *   <li>both: either;
 *   <li>sum: U itself &gt; threshold, without a minimum, which a long quiet time makes slower.
 * </ul>
 *
 * <p>Begins anew after a drift. Memory and time a value: constant.
 */
final class PageHinkley extends Detector {
  private static final List<Parameter> PARAMETERS =
      List.of(
          count("min_values", 30, 1, "values before which nothing is told"),
          number("delta", 0.005, 0, 1e9, "how far from the mean counts as none, a value's unit"),
          number("threshold", 50, 0, 1e12, "how far the sum moves before it is a change"),
          number("alpha", 0.9999, 0, 1, "by what the former sum is multiplied at each value"));
  private static final String SOURCE = "Page, Biometrika 41 (1954)";

  static final DetectorKind UP =
      kind("up", Rule.UP, "an increase, the sum against its minimum (River's mode up; MOA's rule)");
  static final DetectorKind DOWN =
      kind("down", Rule.DOWN, "a decrease, the sum against its maximum (River's mode down)");
  static final DetectorKind BOTH =
      kind("both", Rule.BOTH, "an increase or a decrease (River's default)");
  static final DetectorKind SUM =
      kind("sum", Rule.SUM, "an increase, the sum itself against the threshold (Frouros')");

  private enum Rule {
    UP,
    DOWN,
    BOTH,
    SUM
  }

  private final Rule rule;
  private final int least;
  private final double delta;
  private final double threshold;
  private final double alpha;
  private final Mean mean = new Mean();
  private double up;
  private double down;
  private double leastUp = Double.POSITIVE_INFINITY;
  private double greatestDown = Double.NEGATIVE_INFINITY;

  private PageHinkley(Parameters parameters, Rule rule) {
    super(parameters);
    this.rule = rule;
    least = parameters.count("min_values");
    delta = parameters.number("delta");
    threshold = parameters.number("threshold");
    alpha = parameters.number("alpha");
  }

  private static DetectorKind kind(String name, Rule rule, String what) {
    return new DetectorKind(
        "page_hinkley_" + name,
        "Page-Hinkley test for " + what,
        SOURCE,
        Values.NUMBERS,
        PARAMETERS,
        parameters -> new PageHinkley(parameters, rule));
  }

  @Override
  State next(double value) {
    mean.add(value);
    double deviation = value - mean.value();
    up = alpha * up + deviation - delta;
    down = alpha * down + deviation + delta;
    leastUp = Math.min(leastUp, up);
    greatestDown = Math.max(greatestDown, down);
    if (mean.n() < least || !isChange()) {
      return State.STABLE;
    }
    mean.set(new Mean());
    up = 0;
    down = 0;
    leastUp = Double.POSITIVE_INFINITY;
    greatestDown = Double.NEGATIVE_INFINITY;
    return State.DRIFT;
  }

  private boolean isChange() {
    boolean rises = up - leastUp > threshold;
    boolean falls = greatestDown - down > threshold;
    return switch (rule) {
      case UP -> rises;
      case DOWN -> falls;
      case BOTH -> rises || falls;
      case SUM -> up > threshold;
    };
  }

  @Override
  void pass(Fields fields) throws IOException {
    mean.pass(fields);
    up = fields.number(up);
    down = fields.number(down);
    leastUp = fields.number(leastUp);
    greatestDown = fields.number(greatestDown);
  }
}
