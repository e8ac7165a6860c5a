package io.leat.report;

import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;
import static io.leat.report.HtmlPage.number;

import java.util.List;
import java.util.OptionalDouble;

/** Plots as SVG, whose colours are those of an {@link HtmlPage}. */
public final class Plots {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 200;
  private static final int LEFT = 170;
  private static final int MARGIN = 24;
  private static final int ROW = 20;
  private static final int MOST_BARS = 40;
  private static final int LONGEST_LABEL = 24;

  private Plots() {}

  /**
   * Horizontal bars, a label a row.
   *
   * @param what the bars' lengths are of
   * @param labels plain texts; of more than 40 the first are shown
   * @param one a length a label, 0 or more
   * @param other a second bar a label, or empty
   */
  public static String bars(
      String what, List<String> labels, List<Double> one, List<Double> other) {
    int rows = Math.min(labels.size(), MOST_BARS);
    double most = 0;
    for (int i = 0; i < rows; i++) {
      most = Math.max(most, Math.max(one.get(i), other.isEmpty() ? 0 : other.get(i)));
    }
    StringBuilder svg = begin(LEFT + WIDTH + 2 * MARGIN, rows * ROW + MARGIN, what);
    for (int i = 0; i < rows; i++) {
      int top = i * ROW + 2;
      String label = labels.get(i);
      String shown =
          label.length() <= LONGEST_LABEL ? label : label.substring(0, LONGEST_LABEL - 1) + "…";
      svg.append(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(LEFT - 6, top + 12, escaped(shown)));
      bar(svg, "one-point", top, other.isEmpty() ? 14 : 7, one.get(i), most, label);
      if (!other.isEmpty()) {
        bar(svg, "other-point", top + 8, 7, other.get(i), most, label);
      }
    }
    if (labels.size() > rows) {
      svg.append(
          "<text x=\"%d\" y=\"%d\">and %,d more</text>"
              .formatted(LEFT, rows * ROW + 16, labels.size() - rows));
    }
    return svg.append("</svg>").toString();
  }

  private static void bar(
      StringBuilder svg,
      String colour,
      int top,
      int height,
      double value,
      double most,
      String label) {
    svg.append(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\"><title>%s: %s</title></rect>"
            .formatted(
                colour,
                LEFT,
                top,
                coordinate(most == 0 ? 0 : WIDTH * value / most),
                height,
                escaped(label),
                number(value)));
  }

  /**
   * A line of values at equal distances, on a logarithmic axis from a tenth up.
   *
   * @param what the values are
   * @param span what the horizontal axis is, plain text
   * @param values above 0; what is less than a tenth is drawn there
   * @param level where a dashed line is drawn; empty: nowhere
   */
  public static String logarithmicLine(
      String what, String span, List<Double> values, OptionalDouble level) {
    double most = Math.max(10, level.orElse(0));
    for (double value : values) {
      most = Math.max(most, value);
    }
    int left = 2 * MARGIN + MARGIN / 2;
    StringBuilder svg = begin(left + WIDTH + MARGIN, HEIGHT + 2 * MARGIN, what);
    svg.append(
        "<rect class=\"frame\" x=\"%d\" y=\"8\" width=\"%d\" height=\"%d\"/>"
            .formatted(left, WIDTH, HEIGHT));
    for (double tick = 1; tick <= most; tick *= 10) {
      svg.append(
          "<text x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>"
              .formatted(left - 4, coordinate(y(tick, most) + 4), tick == 1 ? "1" : number(tick)));
    }
    if (level.isPresent()) {
      String y = coordinate(y(level.getAsDouble(), most));
      svg.append(
          "<line class=\"even\" x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\"/>"
              .formatted(left, y, left + WIDTH, y));
    }
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      String x = coordinate(left + (double) WIDTH * (i + 1) / (values.size() + 1));
      String y = coordinate(y(values.get(i), most));
      points.append(x).append(',').append(y).append(' ');
      svg.append(
          "<circle class=\"other-point\" cx=\"%s\" cy=\"%s\" r=\"2.5\"><title>%s</title></circle>"
              .formatted(x, y, number(values.get(i))));
    }
    return svg.append(
            "<polyline class=\"other\" points=\"%s\"/>".formatted(points.toString().strip()))
        .append(
            "<text x=\"%d\" y=\"%d\">%s</text></svg>"
                .formatted(left, HEIGHT + MARGIN + 4, escaped(span)))
        .toString();
  }

  private static double y(double value, double most) {
    double share = Math.log10(Math.max(value, 0.1) * 10) / Math.log10(most * 10);
    return 8 + HEIGHT * (1 - share);
  }

  private static StringBuilder begin(int width, int height, String what) {
    return new StringBuilder(
        "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
            .formatted(width, height, escaped(what)));
  }
}
