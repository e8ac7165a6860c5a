package io.leat.performance;

import io.leat.evaluation.Estimate;
import io.leat.models.guard.MeanBound;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.PerformanceRule.Metric;
import java.util.Locale;
import java.util.Map;

/** When a champion does worse than it did. */
final class Judge {
  private Judge() {}

  /**
   * By the interval of the difference between a window's figure and the version's reference, which
   * are of different rows.
   */
  static void drop(Findings findings, VersionState version, Map<String, Estimate> figures) {
    PerformanceRule rule = findings.monitor().performance().orElseThrow();
    Metric metric = rule.metric();
    Estimate figure = figures.get(metric.word());
    if (figure == null || Double.isNaN(figure.value())) {
      return;
    }
    Estimate reference = version.reference();
    if (Double.isNaN(reference.value())) {
      version.reference.add(figure);
      return;
    }
    Estimate loss = metric.isMoreBetter() ? reference.less(figure) : figure.less(reference);
    boolean isWorse = loss.low() > rule.drop();
    version.worse.addLast(isWorse);
    while (version.worse.size() > findings.monitor().openOf()) {
      version.worse.removeFirst();
    }
    long worse = version.worse.stream().filter(was -> was).count();
    boolean opens = isWorse && worse >= findings.monitor().openAfter();
    boolean isFar = isWorse && loss.value() > 2 * rule.drop();
    double threshold =
        metric.isMoreBetter() ? reference.value() - rule.drop() : reference.value() + rule.drop();
    String found =
        String.format(
            Locale.ROOT,
            "%s of model %s, version %s, is %.4g [%.4g, %.4g]; it was %.4g %s, and may be worse by %.4g",
            metric.word(),
            findings.model(),
            findings.window().series().version(),
            figure.value(),
            figure.low(),
            figure.high(),
            reference.value(),
            version.isPublished() ? "when it was published" : "at first",
            rule.drop());
    findings.go(
        version.drop, metric.word(), opens, !isWorse, figure.value(), threshold, isFar, found);
  }

  /**
   * By a bound of the risk that holds at all times at once.
   *
   * @param ofWindow the window's losses, one at least
   * @param isBrier whether they are squared errors of probabilities; else wrong decisions
   */
  static void risk(
      Findings findings,
      VersionState version,
      MeanBound ofWindow,
      boolean isBrier,
      WindowSample sample) {
    PerformanceRule rule = findings.monitor().performance().orElseThrow();
    LiveRisk risk = version.risk;
    findings.metric(
        sample.counts(WindowSample.ALL),
        WindowSample.ALL,
        "risk",
        new Estimate(risk.risk(), risk.bound().lower(), risk.bound().upper()),
        risk.count(),
        metric -> {});
    if (!risk.hasReference()) {
      return;
    }
    double threshold = risk.referenceRisk() + rule.tolerance();
    boolean isHarmful = risk.isHarmful(rule.tolerance());
    boolean isQuiet = ofWindow.mean() <= threshold;
    String metric = isBrier ? "brier_risk" : "error_risk";
    String found =
        String.format(
            Locale.ROOT,
            "the risk of model %s, version %s, is above %.4g: %.4g, at least %.4g at 95 %% for all times at once; its first %d labels bound it by %.4g, and it may be above that by %.4g",
            findings.model(),
            findings.window().series().version(),
            threshold,
            risk.risk(),
            risk.bound().lower(),
            LiveRisk.REFERENCE,
            risk.referenceRisk(),
            rule.tolerance());
    boolean wasOpen = version.harm.alert.isPresent();
    findings.go(
        version.harm, metric, isHarmful, isQuiet, risk.bound().lower(), threshold, true, found);
    if (wasOpen && version.harm.alert.isEmpty()) {
      risk.restart();
    }
  }
}
