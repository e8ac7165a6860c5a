package io.leat.drift.sequential;

import static io.leat.drift.sequential.Parameter.count;
import static io.leat.drift.sequential.Parameter.probability;

import java.io.IOException;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The Wilcoxon rank sum test drift detector: the newest {@code window} errors against at most
 * {@code older} before them. With R the sum of the newest ones' ranks (equal values have their mean
 * rank), n and m the sizes: z = (R - n (n + m + 1) / 2) / sqrt(n m (n + m + 1) / 12), without a
 * correction for ties, two tails of the normal law. Finds increases and decreases. Begins anew
 * after a drift.
 *
 * <p>Memory and time a value: both windows.
 */
final class Wstd extends Detector {
  static final DetectorKind KIND =
      new DetectorKind(
          "wstd",
          "Wilcoxon rank sum test drift detector: the newest errors against those before, no"
              + " correction for ties (River's)",
          "Barros et al., Neurocomputing 275 (2018)",
          Values.ERRORS,
          List.of(
              probability("drift_p", 0.003, "p-value below which it is a drift"),
              probability("warning_p", 0.05, "p-value below which it warns"),
              count("window", 30, 2, "newest values"),
              count("older", 120, 2, "values before them that are kept at most"),
              count("min_older", 30, 2, "values before them at least, before anything is told")),
          Wstd::new);

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private final double drift;
  private final double warning;
  private final int newest;
  private final int least;
  private final Recent window;

  private Wstd(Parameters parameters) {
    super(parameters);
    drift = parameters.number("drift_p");
    warning = parameters.number("warning_p");
    newest = parameters.count("window");
    least = parameters.count("min_older");
    if (least > parameters.count("older")) {
      throw new IllegalArgumentException(
          "min_older: %d; expected at most older, %d".formatted(least, parameters.count("older")));
    }
    window = new Recent(newest + parameters.count("older"));
  }

  @Override
  State next(double value) {
    window.add(value);
    int older = window.size() - newest;
    if (older < least) {
      return State.STABLE;
    }
    double p = pValue(older);
    if (p < drift) {
      window.keep(0);
      return State.DRIFT;
    }
    return p < warning ? State.WARNING : State.STABLE;
  }

  private double pValue(int older) {
    double all = window.size();
    double errors = window.sum();
    double recent = 0;
    for (int i = older; i < window.size(); i++) {
      recent += window.get(i);
    }
    double right = all - errors;
    double ranks = (newest - recent) * (right + 1) / 2 + recent * (right + (errors + 1) / 2);
    double z =
        (ranks - newest * (all + 1) / 2) / Math.sqrt(newest * (double) older * (all + 1) / 12);
    return 2 * NORMAL.survivalProbability(Math.abs(z));
  }

  @Override
  void pass(Fields fields) throws IOException {
    window.pass(fields);
  }
}
