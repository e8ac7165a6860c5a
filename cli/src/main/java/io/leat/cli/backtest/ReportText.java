package io.leat.cli.backtest;

import io.leat.cli.backtest.Report.AtThreshold;
import io.leat.cli.backtest.Report.Cost;
import io.leat.cli.backtest.Report.Segment;
import io.leat.evaluation.Estimate;
import io.leat.evaluation.OffPolicy;
import io.leat.evaluation.Performance;
import io.leat.report.HtmlPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A report for people: sentences and tables. */
final class ReportText {
  private static final String ROW = "  %-24s%28s%28s%28s";

  private ReportText() {}

  static List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    lines.add("%s against %s".formatted(report.candidate(), report.baseline()));
    lines.addAll(sentences(report));
    lines.add("");
    lines.add("Decisions, %s -> candidate:".formatted(report.baseline()));
    report
        .decisions()
        .forEach(
            one ->
                lines.add(
                    "  %-20s -> %-20s %,12d"
                        .formatted(one.baseline(), one.candidate(), one.vectors())));
    report
        .examples()
        .forEach(
            one ->
                lines.add(
                    "  %s at %s: %s (%.6f) -> %s (%.6f)%s"
                        .formatted(
                            one.eventId(),
                            one.eventTime(),
                            one.baseline(),
                            one.baselineScore(),
                            one.candidate(),
                            one.candidateScore(),
                            one.label().map(label -> ", label " + label).orElse(""))));
    report
        .performance()
        .ifPresent(
            pair -> {
              lines.add("");
              lines.add(ROW.formatted("", "baseline", "candidate", "difference"));
              lines.addAll(figures(pair));
              report
                  .cost()
                  .ifPresent(
                      cost ->
                          lines.add(
                              row("cost", cost.baseline(), cost.candidate(), cost.difference())));
            });
    report.thresholds().forEach(one -> lines.addAll(threshold(one)));
    report.segments().forEach(one -> lines.add(segment(one)));
    lines.add("");
    lines.add(report.offPolicySays());
    report.offPolicy().ifPresent(found -> lines.add(offPolicy(found)));
    return lines;
  }

  /** What was looked at, in sentences; the page has them too. */
  static List<String> sentences(Report report) {
    List<String> lines = new ArrayList<>();
    Report.Agreement agreement = report.agreement();
    lines.add(
        "%,d vectors of %,d entities, written %s to %s."
            .formatted(
                report.vectors(),
                report.entities(),
                report.from().map(Object::toString).orElse("from the log's beginning"),
                report.to().map(Object::toString).orElse("now")));
    if (report.share() < 1) {
      lines.add(
          "The span has up to %,d vectors, more than --limit: those of %.3g %% of the entities, chosen by the hash of their key, were looked at."
              .formatted(report.offsets(), 100 * report.share()));
    }
    if (report.unreadable() > 0) {
      lines.add("%,d records are no vectors.".formatted(report.unreadable()));
    }
    lines.add(
        "Scored by both %,d, by the baseline alone %,d, by the candidate alone %,d, by neither %,d."
            .formatted(
                agreement.both(),
                agreement.onlyBaseline(),
                agreement.onlyCandidate(),
                agreement.neither()));
    report
        .unscored()
        .forEach(
            (reason, count) ->
                lines.add("The candidate has no score for %,d: %s.".formatted(count, reason)));
    lines.add(
        "Scores: %,d have the same bits, %,d are within 1e-6, the largest difference is %.6g."
            .formatted(agreement.same(), agreement.close(), agreement.largest()));
    lines.add("%,d decisions change.".formatted(report.changed()));
    lines.add(report.labels().map(ReportText::labels).orElse("The service declares no label."));
    return lines;
  }

  private static String labels(LabelReader.Found found) {
    return "Labels (%s of %s): %,d known, %,d of them true; %,d missing, %,d may still come, %,d without their event, %,d neither true nor false; %,d have a late one, of %,d some contradict each other."
        .formatted(
            found.field(),
            found.from(),
            found.labelled(),
            found.positives(),
            found.missing(),
            found.open(),
            found.withoutEvent(),
            found.notBinary(),
            found.late(),
            found.contradicting());
  }

  private static List<String> figures(Performance.Pair pair) {
    List<String> lines = new ArrayList<>();
    Performance before = pair.baseline();
    Performance after = pair.candidate();
    lines.add(row("AUC", before.auc(), after.auc(), pair.auc()));
    if (before.probabilities().isEmpty() || after.probabilities().isEmpty()) {
      lines.add("  Some scores are no probabilities: no log loss, no Brier score, no calibration.");
      return lines;
    }
    Performance.OfProbabilities one = before.probabilities().get();
    Performance.OfProbabilities other = after.probabilities().get();
    lines.add(
        row("log loss", one.logLoss(), other.logLoss(), pair.logLoss().orElse(Estimate.NONE)));
    lines.add(row("Brier", one.brier(), other.brier(), pair.brier().orElse(Estimate.NONE)));
    lines.add(row("calibration error", one.calibration().error(), other.calibration().error()));
    lines.add(row("calibration slope", one.calibration().slope(), other.calibration().slope()));
    lines.add(
        row(
            "calibration intercept",
            one.calibration().intercept(),
            other.calibration().intercept()));
    return lines;
  }

  private static List<String> threshold(AtThreshold at) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("At a threshold of %s, %,d change:".formatted(at.threshold(), at.changed()));
    lines.add(ROW.formatted("", "baseline", "candidate", "difference"));
    lines.add(row("yes", (double) at.baseline().yes(), (double) at.candidate().yes()));
    lines.add(row("precision", at.baseline().precision(), at.candidate().precision()));
    lines.add(row("recall", at.baseline().recall(), at.candidate().recall()));
    Optional<Cost> cost = at.cost();
    cost.ifPresent(
        found -> lines.add(row("cost", found.baseline(), found.candidate(), found.difference())));
    return lines;
  }

  private static String segment(Segment segment) {
    return "%s = %s: %,d vectors, %,d decisions change%s"
        .formatted(
            segment.field(),
            segment.value(),
            segment.vectors(),
            segment.changed(),
            segment
                .performance()
                .map(
                    pair ->
                        "; %,d labels, AUC %s, log loss %s"
                            .formatted(
                                pair.candidate().rows(),
                                estimate(pair.auc()),
                                pair.logLoss().map(ReportText::estimate).orElse("-")))
                .orElse(""));
  }

  private static String offPolicy(OffPolicy found) {
    return "  %,d labelled vectors, %,d decided by the candidate, worth %.1f of equal weight: as logged %s, IPS %s, self-normalised %s"
        .formatted(
            found.rows(),
            found.decided(),
            found.effectiveRows(),
            estimate(found.logged()),
            estimate(found.ips()),
            estimate(found.selfNormalised()));
  }

  private static String row(String name, Estimate before, Estimate after, Estimate difference) {
    return ROW.formatted(name, estimate(before), estimate(after), estimate(difference));
  }

  private static String row(String name, double before, double after) {
    return ROW.formatted(
        name, HtmlPage.number(before), HtmlPage.number(after), HtmlPage.number(after - before));
  }

  /** {@code 0.8312 [0.8101, 0.8523]}. */
  static String estimate(Estimate estimate) {
    return Double.isNaN(estimate.low())
        ? HtmlPage.number(estimate.value())
        : "%s [%s, %s]"
            .formatted(
                HtmlPage.number(estimate.value()),
                HtmlPage.number(estimate.low()),
                HtmlPage.number(estimate.high()));
  }

  /** The text of a report, for a page. */
  static String text(Report report) {
    return lines(report).stream().collect(Collectors.joining("\n"));
  }
}
