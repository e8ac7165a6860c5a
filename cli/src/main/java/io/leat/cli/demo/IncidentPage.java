package io.leat.cli.demo;

import static io.leat.cli.demo.StoryPlot.LEFT;
import static io.leat.cli.demo.StoryPlot.TOP;
import static io.leat.cli.demo.StoryPlot.date;
import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;

import io.leat.report.HtmlPage;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** An incident as a page that loads nothing. */
final class IncidentPage {
  private static final int HEIGHT = 220;

  /** The axis reaches up to here. */
  private static final double MOST = 0.5;

  private static final double TICK = 0.1;
  private static final long DAY = 86_400_000;
  private static final int DATE_EVERY = 5;

  private final IncidentFigures figures;
  private final StoryPlot plot;

  private IncidentPage(IncidentFigures figures) {
    this.figures = figures;
    long first = figures.play().learntUntil().toEpochMilli();
    long last =
        Stream.concat(
                    figures.steps().stream().map(Figures.Step::at),
                    figures.days().stream().map(IncidentFigures.Day::start))
                .mapToLong(Instant::toEpochMilli)
                .reduce(first, Math::max)
            + DAY;
    this.plot = new StoryPlot(HEIGHT, first, last, figures.steps());
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
    page.add(plot.table("since the nulls began"));
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

  private static double y(double share) {
    return TOP + HEIGHT * (1 - Math.min(share, MOST) / MOST);
  }

  private String plot() {
    StringBuilder svg = new StringBuilder();
    for (int tick = 0; tick * TICK <= MOST; tick++) {
      svg.append(
          "<text x=\"%d\" y=\"%s\" text-anchor=\"end\">%.0f %%</text>"
              .formatted(LEFT - 6, coordinate(y(tick * TICK) + 4), 100 * tick * TICK));
    }
    for (IncidentFigures.Day day : figures.days()) {
      long start = day.start().toEpochMilli();
      if (start >= plot.first()) {
        svg.append(
            "<rect class=\"one-point\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>"
                .formatted(
                    coordinate(plot.x(start) + 1),
                    coordinate(y(day.nulls())),
                    coordinate(plot.x(start + DAY) - plot.x(start) - 2),
                    coordinate(TOP + HEIGHT - y(day.nulls()))));
      }
    }
    return plot.around(svg.toString(), "share of nulls by day", DATE_EVERY * DAY);
  }
}
