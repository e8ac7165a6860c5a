package io.leat.cli.backtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as one page: text, and plots as SVG. It loads nothing, and has no script. */
final class ReportPage {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1d2a33; --paper: #fbfbf9; --line: #c9d1d6; --one: #a86a00; --other: #1f6f8b; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e3e8eb; --paper: #14191c; --line: #3a454c; --one: #e0a44a; --other: #5cb3d0; } }
      body { margin: 1.4rem; font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
      pre { overflow-x: auto; font: 12px/1.5 ui-monospace, monospace; }
      figure { display: inline-block; margin: 0 2rem 1.4rem 0; }
      figcaption { max-width: 340px; }
      svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
      .frame { fill: none; stroke: var(--line); }
      .even { stroke: var(--line); stroke-dasharray: 4 4; }
      .one { stroke: var(--one); fill: none; stroke-width: 1.6; }
      .other { stroke: var(--other); fill: none; stroke-width: 1.6; }
      .one-point { fill: var(--one); }
      .other-point { fill: var(--other); fill-opacity: .7; }
      .one-text { color: var(--one); font-weight: 600; }
      .other-text { color: var(--other); font-weight: 600; }
      """;

  private ReportPage() {}

  static String of(Report report, Backtest backtest) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(escaped("Backtest of " + report.candidate()))
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(escaped("Backtest of " + report.candidate()))
        .append("</h1>\n<p><span class=\"one-text\">Baseline: ")
        .append(escaped(report.baseline()))
        .append("</span>. <span class=\"other-text\">Candidate: ")
        .append(escaped(report.candidate()))
        .append("</span>.</p>\n");
    plots(report, backtest).forEach(plot -> page.append(figure(plot)));
    page.append("<pre>").append(escaped(ReportText.text(report))).append("</pre>\n");
    return page.append("</body></html>\n").toString();
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

  private static String figure(Plot plot) {
    return "<figure>%s<figcaption>%s</figcaption></figure>\n"
        .formatted(plot.svg(), escaped(plot.caption()));
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
