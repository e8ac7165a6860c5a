package io.leat.cli.demo;

import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What the pages of the demonstrations have alike: a plot over the stream's time in which each step
 * is a line with its name, and a table of the steps.
 *
 * @param height of the plot without names and dates, in pixels
 * @param first event time at its left, milliseconds since 1970
 * @param last event time at its right, after {@code first}
 */
record StoryPlot(int height, long first, long last, List<Figures.Step> steps) {
  static final int LEFT = 46;
  static final int TOP = 96;
  static final int WIDTH = 900;
  private static final int RIGHT = 20;
  private static final int BOTTOM = 30;

  /** So many names stand below each other before they begin at the top again. */
  private static final int NAMES = 8;

  static String date(Instant time) {
    return time.toString().substring(0, 10);
  }

  double x(long time) {
    return LEFT + (double) WIDTH * (time - first) / (last - first);
  }

  /**
   * Puts a frame, dates and steps around what is drawn.
   *
   * @param label what is plotted, in words
   * @param dateEvery milliseconds from one date below to the next
   */
  String around(String drawn, String label, long dateEvery) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
            .formatted(LEFT + WIDTH + RIGHT, TOP + height + BOTTOM, escaped(label)));
    svg.append(
        "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
            .formatted(LEFT, TOP, WIDTH, height));
    for (long day = first; day <= last; day += dateEvery) {
      svg.append(
          "<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>"
              .formatted(
                  coordinate(x(day)),
                  TOP + height + 18,
                  date(Instant.ofEpochMilli(day)).substring(5)));
    }
    return svg.append(drawn).append(marks()).append("</svg>").toString();
  }

  private String marks() {
    StringBuilder marks = new StringBuilder();
    int row = 0;
    for (Figures.Step step : steps) {
      double x = x(step.at().toEpochMilli());
      int y = 12 + 11 * (row++ % NAMES);
      marks.append(
          "<line class=\"even\" style=\"stroke-dasharray:none\" x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\"/><text x=\"%s\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(
                  coordinate(x),
                  y - 8,
                  coordinate(x),
                  TOP + height,
                  coordinate(x - 3),
                  y,
                  escaped(step.what())));
    }
    return marks.toString();
  }

  /**
   * The steps as a table.
   *
   * @param since what payments and seconds count from, in words
   */
  String table(String since) {
    StringBuilder table = new StringBuilder();
    table.append(
        "<table><tr><th>what happened</th><th class=\"number\">payments %s</th><th>date in the stream</th><th class=\"number\">seconds</th></tr>"
            .formatted(escaped(since)));
    for (Figures.Step step : steps) {
      table.append(
          "<tr><td>%s</td><td class=\"number\">%s</td><td>%s</td><td class=\"number\">%d</td></tr>"
              .formatted(
                  escaped(step.what()),
                  String.format(Locale.ROOT, "%,d", step.payments()),
                  date(step.at()),
                  step.since(steps.get(0)).toSeconds()));
    }
    return table.append("</table>").toString();
  }
}
