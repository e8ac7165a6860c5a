package io.leat.cli.demo;

import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;

import io.leat.evaluation.Estimate;
import io.leat.report.HtmlPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The figures as a page that loads nothing. */
final class DriftPage {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 320;
  private static final int LEFT = 46;
  private static final int TOP = 96;
  private static final int BOTTOM = 30;

  private final DriftFigures figures;
  private final long first;
  private final long last;
  private final double least;

  private DriftPage(DriftFigures figures) {
    this.figures = figures;
    this.first = figures.play().learntUntil().toEpochMilli();
    this.last =
        Math.max(
            first + DriftFigures.BIN.toMillis(),
            figures.steps().stream().mapToLong(step -> step.at().toEpochMilli()).max().orElse(0));
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
    page.add(
        "<table><tr><th>what happened</th><th class=\"number\">payments after the change</th><th>date in the stream</th><th class=\"number\">seconds</th></tr>");
    for (Figures.Step step : figures.steps()) {
      page.add(
          "<tr><td>%s</td><td class=\"number\">%s</td><td>%s</td><td class=\"number\">%d</td></tr>"
              .formatted(
                  escaped(step.what()),
                  String.format(Locale.ROOT, "%,d", step.payments()),
                  date(step.at()),
                  step.since(figures.steps().get(0)).toSeconds()));
    }
    page.add("</table>");
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

  private static String date(Instant time) {
    return time.toString().substring(0, 10);
  }

  private double x(long time) {
    return LEFT + (double) WIDTH * (time - first) / (last - first);
  }

  private double y(double auc) {
    return TOP + HEIGHT * (1 - auc) / (1 - least);
  }

  private String plot() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"AUC by time\">"
            .formatted(LEFT + WIDTH + 20, TOP + HEIGHT + BOTTOM));
    svg.append(
        "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
            .formatted(LEFT, TOP, WIDTH, HEIGHT));
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
    for (long day = first; day <= last; day += 2 * DriftFigures.BIN.toMillis()) {
      svg.append(
          "<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>"
              .formatted(
                  coordinate(x(day)),
                  TOP + HEIGHT + 18,
                  date(Instant.ofEpochMilli(day)).substring(5)));
    }
    svg.append(curve(DriftFigures.Bin::before, "one"))
        .append(curve(DriftFigures.Bin::after, "other"));
    svg.append(marks());
    return svg.append("</svg>").toString();
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
              x(Math.min(last, bin.start().toEpochMilli() + DriftFigures.BIN.toMillis() / 2)));
      upper.add(x + "," + coordinate(y(auc.high())));
      lower.add(x + "," + coordinate(y(auc.low())));
      line.add(x + "," + coordinate(y(auc.value())));
    }
    Collections.reverse(lower);
    upper.addAll(lower);
    return "<polygon class=\"%s-point\" style=\"fill-opacity:.15\" points=\"%s\"/><polyline class=\"%s\" points=\"%s\"/>"
        .formatted(colour, String.join(" ", upper), colour, String.join(" ", line));
  }

  /** What happened, as lines through the plot, each with its name above. */
  private String marks() {
    StringBuilder marks = new StringBuilder();
    int row = 0;
    for (Figures.Step step : figures.steps()) {
      String x = coordinate(x(step.at().toEpochMilli()));
      int y = 12 + 11 * (row++ % 8);
      marks.append(
          "<line class=\"even\" style=\"stroke-dasharray:none\" x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\"/><text x=\"%s\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(
                  x,
                  y - 8,
                  x,
                  TOP + HEIGHT,
                  coordinate(x(step.at().toEpochMilli()) - 3),
                  y,
                  escaped(step.what())));
    }
    return marks.toString();
  }
}
