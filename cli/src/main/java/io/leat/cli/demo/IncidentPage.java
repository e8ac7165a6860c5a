package io.leat.cli.demo;

import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;

import io.leat.report.HtmlPage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An incident as a page that loads nothing. */
final class IncidentPage {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 220;
  private static final int LEFT = 46;
  private static final int TOP = 96;
  private static final int BOTTOM = 30;
  private static final int NAMES = 8;

  /** The axis reaches up to here. */
  private static final double MOST = 0.5;

  private static final double TICK = 0.1;
  private static final long DAY = 86_400_000;
  private static final int DATE_EVERY = 5;

  private final IncidentFigures figures;
  private final long first;
  private final long last;

  private IncidentPage(IncidentFigures figures) {
    this.figures = figures;
    this.first = figures.play().learntUntil().toEpochMilli();
    this.last =
        Stream.concat(
                    figures.steps().stream().map(Figures.Step::at),
                    figures.days().stream().map(IncidentFigures.Day::start))
                .mapToLong(Instant::toEpochMilli)
                .reduce(first, Math::max)
            + DAY;
  }

  static String of(IncidentFigures figures) {
    return new IncidentPage(figures).html();
  }

  private String html() {
    HtmlPage page = new HtmlPage("A producer leaves out a value");
    page.add(
        "<p>A simulated town's card payments. From %s on one in four has no amount, until %s. What is broken is to be mended, not learnt: nobody did anything but watch.</p>"
            .formatted(date(figures.play().changesAt()), date(figures.play().nullsEndAt())));
    page.figure(plot(), "Share of %s that is null, by day.".formatted(IncidentFigures.COLUMN));
    page.add(
        "<table><tr><th>what happened</th><th class=\"number\">payments since the nulls began</th><th>date in the stream</th><th class=\"number\">seconds</th></tr>");
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
    Stream.of(figures.incidents(), figures.beside(), figures.closed())
        .flatMap(List::stream)
        .forEach(
            alert ->
                page.add(
                    "<p>Episode %s (%s) %s: %s</p>"
                        .formatted(
                            escaped(alert.getAlertId()),
                            escaped(alert.getKind()),
                            alert.getState(),
                            escaped(alert.getMessage()))));
    return page.preformatted(String.join("\n", figures.lines())).html();
  }

  private static String date(Instant time) {
    return time.toString().substring(0, 10);
  }

  private double x(long time) {
    return LEFT + (double) WIDTH * (time - first) / (last - first);
  }

  private static double y(double share) {
    return TOP + HEIGHT * (1 - Math.min(share, MOST) / MOST);
  }

  private String plot() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"share of nulls by day\">"
            .formatted(LEFT + WIDTH + 20, TOP + HEIGHT + BOTTOM));
    svg.append(
        "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
            .formatted(LEFT, TOP, WIDTH, HEIGHT));
    for (int tick = 0; tick * TICK <= MOST; tick++) {
      svg.append(
          "<text x=\"%d\" y=\"%s\" text-anchor=\"end\">%.0f %%</text>"
              .formatted(LEFT - 6, coordinate(y(tick * TICK) + 4), 100 * tick * TICK));
    }
    for (long day = first; day <= last; day += DATE_EVERY * DAY) {
      svg.append(
          "<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>"
              .formatted(
                  coordinate(x(day)),
                  TOP + HEIGHT + 18,
                  date(Instant.ofEpochMilli(day)).substring(5)));
    }
    for (IncidentFigures.Day day : figures.days()) {
      long start = day.start().toEpochMilli();
      if (start >= first) {
        svg.append(
            "<rect class=\"one-point\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>"
                .formatted(
                    coordinate(x(start) + 1),
                    coordinate(y(day.nulls())),
                    coordinate(x(start + DAY) - x(start) - 2),
                    coordinate(TOP + HEIGHT - y(day.nulls()))));
      }
    }
    return svg.append(marks()).append("</svg>").toString();
  }

  /** What happened, as lines through the plot, each with its name above. */
  private String marks() {
    StringBuilder marks = new StringBuilder();
    int row = 0;
    for (Figures.Step step : figures.steps()) {
      double x = x(step.at().toEpochMilli());
      int y = 12 + 11 * (row++ % NAMES);
      marks.append(
          "<line class=\"even\" style=\"stroke-dasharray:none\" x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\"/><text x=\"%s\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(
                  coordinate(x),
                  y - 8,
                  coordinate(x),
                  TOP + HEIGHT,
                  coordinate(x - 3),
                  y,
                  escaped(step.what())));
    }
    return marks.toString();
  }
}
