package io.leat.cli.backtest;

import io.leat.report.HtmlPage;
import java.util.ArrayList;
import java.util.List;

/** A report as one page: text, and plots as SVG. */
final class ReportPage {
  private ReportPage() {}

  static String of(Report report, Backtest backtest) {
    HtmlPage page = new HtmlPage("Backtest of " + report.candidate());
    page.add(
        "<p><span class=\"one-text\">Baseline: %s</span>. <span class=\"other-text\">Candidate: %s</span>.</p>"
            .formatted(HtmlPage.escaped(report.baseline()), HtmlPage.escaped(report.candidate())));
    plots(report, backtest).forEach(plot -> page.figure(plot.svg(), plot.caption()));
    return page.preformatted(ReportText.text(report)).html();
  }

  private static List<Plot> plots(Report report, Backtest backtest) {
    List<Row> both = backtest.scoredByBoth();
    List<Row> labelled = backtest.labelled();
    List<Plot> scores =
        List.of(
            Plot.scores(
                Backtest.doubles(both, Backtest::baseline),
                Backtest.doubles(both, Backtest::candidate)),
            Plot.shares(
                Backtest.doubles(both, Backtest::baseline),
                Backtest.doubles(both, Backtest::candidate)));
    if (report.performance().isEmpty()) {
      return scores;
    }
    List<Plot> all = new ArrayList<>(scores);
    all.add(
        Plot.roc(
            Backtest.doubles(labelled, Backtest::baseline),
            Backtest.doubles(labelled, Backtest::candidate),
            Backtest.labels(labelled)));
    report.performance().flatMap(Plot::calibration).ifPresent(all::add);
    return all;
  }
}
