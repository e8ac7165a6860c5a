package io.leat.cli.demo;

import static io.leat.cli.demo.StoryPlot.LEFT;
import static io.leat.cli.demo.StoryPlot.TOP;
import static io.leat.cli.demo.StoryPlot.WIDTH;
import static io.leat.cli.demo.StoryPlot.date;
import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;

import io.leat.evaluation.Estimate;
import io.leat.report.HtmlPage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The figures as a page that loads nothing. */
final class DriftPage {
  private static final int HEIGHT = 320;

  private final DriftFigures figures;
  private final StoryPlot plot;
  private final double least;

  private DriftPage(DriftFigures figures) {
    this.figures = figures;
    long first = figures.play().learntUntil().toEpochMilli();
    long last =
        Math.max(
            first + DriftFigures.BIN.toMillis(),
            figures.steps().stream().mapToLong(step -> step.at().toEpochMilli()).max().orElse(0));
    this.plot = new StoryPlot(HEIGHT, first, last, figures.steps());
    this.least =
        Math.floor(
                10
                    * figures.bins().stream()
                        .flatMap(bin -> List.of(bin.before(), bin.after()).stream())
                        .mapToDouble(Estimate::low)
                        .filter(low -> !Double.isNaN(low))
                        .min()
                        .orElse(0.5))
            / 10;
  }

  static String of(DriftFigures figures) {
    return new DriftPage(figures).html();
  }

  private String html() {
    HtmlPage page = new HtmlPage("Fraud moves to where the model does not look");
    page.add(
        "<p>A simulated town's card payments. From %s on cards are stolen five times as often, and what is paid with them is small, at night: version 1 learnt before. Nobody did anything but watch.</p>"
            .formatted(date(figures.play().changesAt())));
    page.add(
        "<p><span class=\"one-text\">Version 1</span>, the champion and later its successor's shadow. <span class=\"other-text\">Version 2</span>, which was trained because of the episode.</p>");
    page.figure(
        plot(),
        "AUC on labelled payments, by %d days, with 95 %% intervals."
            .formatted(DriftFigures.BIN.toDays()));
    page.add(plot.table("after the change"));
    figures
        .episodes()
        .forEach(
            episode ->
                page.add(
                    "<p>Episode %s (%s): %s</p>"
                        .formatted(
                            escaped(episode.getAlertId()),
                            escaped(episode.getKind()),
                            escaped(episode.getMessage()))));
    figures
        .gates()
        .forEach(
            gate ->
                page.add(
                    "<p>Gate %s: <span class=\"%s\">%s</span>, %s</p>"
                        .formatted(
                            escaped(gate.getGate()),
                            gate.getVerdict() == io.leat.records.GateVerdict.PASS
                                ? "good-text"
                                : "bad-text",
                            gate.getVerdict(),
                            escaped(gate.getMessage()))));
    return page.preformatted(String.join("\n", figures.lines())).html();
  }

  private double y(double auc) {
    return TOP + HEIGHT * (1 - auc) / (1 - least);
  }

  private String plot() {
    StringBuilder svg = new StringBuilder();
    for (double tick = least; tick <= 1.0001; tick += 0.1) {
      svg.append(
          "<line class=\"even\" x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\"/><text x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>"
              .formatted(
                  LEFT,
                  coordinate(y(tick)),
                  LEFT + WIDTH,
                  coordinate(y(tick)),
                  LEFT - 6,
                  coordinate(y(tick) + 4),
                  String.format(Locale.ROOT, "%.1f", tick)));
    }
    svg.append(curve(DriftFigures.Bin::before, "one"))
        .append(curve(DriftFigures.Bin::after, "other"));
    return plot.around(svg.toString(), "AUC by time", 2 * DriftFigures.BIN.toMillis());
  }

  /** A band of the intervals, and the line through the values. */
  private String curve(Function<DriftFigures.Bin, Estimate> of, String colour) {
    List<String> upper = new ArrayList<>();
    List<String> lower = new ArrayList<>();
    List<String> line = new ArrayList<>();
    for (DriftFigures.Bin bin : figures.bins()) {
      Estimate auc = of.apply(bin);
      if (Double.isNaN(auc.low())) {
        continue;
      }
      String x =
          coordinate(
              plot.x(
                  Math.min(
                      plot.last(), bin.start().toEpochMilli() + DriftFigures.BIN.toMillis() / 2)));
      upper.add(x + "," + coordinate(y(auc.high())));
      lower.add(x + "," + coordinate(y(auc.low())));
      line.add(x + "," + coordinate(y(auc.value())));
    }
    Collections.reverse(lower);
    upper.addAll(lower);
    return "<polygon class=\"%s-point\" style=\"fill-opacity:.15\" points=\"%s\"/><polyline class=\"%s\" points=\"%s\"/>"
        .formatted(colour, String.join(" ", upper), colour, String.join(" ", line));
  }
}
