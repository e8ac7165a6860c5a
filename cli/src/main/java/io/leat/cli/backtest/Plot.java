package io.leat.cli.backtest;

import io.leat.evaluation.Calibration;
import io.leat.evaluation.Performance;
import io.leat.report.HtmlPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A square plot.
 *
 * @param svg of its own, its colours those of the page
 * @param caption a sentence, plain text
 */
record Plot(String svg, String caption) {
  private static final int SIDE = 300;
  private static final int MARGIN = 40;
  private static final int BARS = 25;

  /** More points would be seen no better, and make a page of megabytes. */
  private static final int POINTS = 2_000;

  private static final int STEPS = 300;

  private record Point(double x, double y) {}

  /** Each vector's score by both. */
  static Plot scores(double[] baseline, double[] candidate) {
    Axis axis = Axis.of(DoubleStream.concat(Arrays.stream(baseline), Arrays.stream(candidate)));
    int every = 1 + baseline.length / POINTS;
    List<Point> points =
        IntStream.range(0, baseline.length)
            .filter(i -> i % every == 0)
            .mapToObj(i -> new Point(baseline[i], candidate[i]))
            .toList();
    return new Plot(
        frame(axis, axis, "baseline", "candidate", even(axis) + dots(points, axis, axis, "other")),
        "Scores of the same vectors" + (every == 1 ? "." : ", every " + every + "th of them."));
  }

  /** How often there is which score. */
  static Plot shares(double[] baseline, double[] candidate) {
    Axis x = Axis.of(DoubleStream.concat(Arrays.stream(baseline), Arrays.stream(candidate)));
    double[] before = bars(baseline, x);
    double[] after = bars(candidate, x);
    Axis y =
        new Axis(
            0,
            Math.max(Arrays.stream(before).max().orElse(1), Arrays.stream(after).max().orElse(1)));
    return new Plot(
        frame(
            x,
            y,
            "score",
            "share of vectors",
            line(steps(before, x), x, y, "one") + line(steps(after, x), x, y, "other")),
        "How often each score is given.");
  }

  /** True positives by false positives, of vectors whose label is known. */
  static Plot roc(double[] baseline, double[] candidate, boolean[] labels) {
    Axis axis = new Axis(0, 1);
    return new Plot(
        frame(
            axis,
            axis,
            "false positives",
            "true positives",
            even(axis)
                + line(curve(baseline, labels), axis, axis, "one")
                + line(curve(candidate, labels), axis, axis, "other")),
        "Receiver operating characteristic, of vectors whose label is known.");
  }

  /** Share of true labels by mean probability; empty where scores are no probabilities. */
  static Optional<Plot> calibration(Performance.Pair pair) {
    return pair.baseline()
        .probabilities()
        .flatMap(
            before ->
                pair.candidate()
                    .probabilities()
                    .map(after -> calibration(before.calibration(), after.calibration())));
  }

  private static Plot calibration(Calibration before, Calibration after) {
    Axis axis = new Axis(0, 1);
    List<Point> one = points(before);
    List<Point> other = points(after);
    return new Plot(
        frame(
            axis,
            axis,
            "mean probability",
            "share of true labels",
            even(axis)
                + line(one, axis, axis, "one")
                + dots(one, axis, axis, "one")
                + line(other, axis, axis, "other")
                + dots(other, axis, axis, "other")),
        "Calibration, in ten bins of about equally many vectors.");
  }

  private static List<Point> points(Calibration calibration) {
    return calibration.bins().stream()
        .map(bin -> new Point(bin.probability(), bin.share()))
        .toList();
  }

  private static double[] bars(double[] scores, Axis axis) {
    double[] shares = new double[BARS];
    for (double score : scores) {
      int bar = (int) Math.min(BARS - 1.0, BARS * axis.share(score));
      shares[bar] += 1.0 / scores.length;
    }
    return shares;
  }

  private static List<Point> steps(double[] shares, Axis axis) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      points.add(new Point(axis.at((double) i / BARS), shares[i]));
      points.add(new Point(axis.at((i + 1.0) / BARS), shares[i]));
    }
    return points;
  }

  private static List<Point> curve(double[] scores, boolean[] labels) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> scores[i]).reversed());
    double positives = IntStream.range(0, labels.length).filter(i -> labels[i]).count();
    double negatives = labels.length - positives;
    List<Point> points = new ArrayList<>(List.of(new Point(0, 0)));
    double found = 0;
    double wrong = 0;
    int every = 1 + order.length / STEPS;
    for (int i = 0; i < order.length; i++) {
      found += labels[order[i]] ? 1 : 0;
      wrong += labels[order[i]] ? 0 : 1;
      boolean tied = i + 1 < order.length && scores[order[i]] == scores[order[i + 1]];
      if (!tied && (i % every == 0 || i + 1 == order.length)) {
        points.add(
            new Point(
                negatives == 0 ? 0 : wrong / negatives, positives == 0 ? 0 : found / positives));
      }
    }
    return points;
  }

  /** Where a value lies between two. */
  private record Axis(double least, double greatest) {
    static Axis of(DoubleStream values) {
      var all = values.summaryStatistics();
      if (all.getCount() == 0 || all.getMin() >= 0 && all.getMax() <= 1) {
        return new Axis(0, 1);
      }
      return new Axis(all.getMin(), Math.max(all.getMax(), all.getMin() + 1));
    }

    double share(double value) {
      return greatest == least ? 0 : (value - least) / (greatest - least);
    }

    double at(double share) {
      return least + share * (greatest - least);
    }
  }

  private static String x(Point point, Axis axis) {
    return HtmlPage.coordinate(MARGIN + SIDE * axis.share(point.x()));
  }

  private static String y(Point point, Axis axis) {
    return HtmlPage.coordinate(SIDE - SIDE * axis.share(point.y()) + MARGIN / 4.0);
  }

  private static String even(Axis axis) {
    Point from = new Point(axis.least(), axis.least());
    Point to = new Point(axis.greatest(), axis.greatest());
    return "<line class=\"even\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>"
        .formatted(x(from, axis), y(from, axis), x(to, axis), y(to, axis));
  }

  private static String line(List<Point> points, Axis x, Axis y, String colour) {
    StringBuilder places = new StringBuilder();
    points.forEach(point -> places.append(x(point, x)).append(',').append(y(point, y)).append(' '));
    return "<polyline class=\"%s\" points=\"%s\"/>".formatted(colour, places.toString().strip());
  }

  private static String dots(List<Point> points, Axis x, Axis y, String colour) {
    StringBuilder dots = new StringBuilder();
    points.forEach(
        point ->
            dots.append(
                "<circle class=\"%s-point\" cx=\"%s\" cy=\"%s\" r=\"2\"/>"
                    .formatted(colour, x(point, x), y(point, y))));
    return dots.toString();
  }

  private static String frame(Axis x, Axis y, String nameOfX, String nameOfY, String inside) {
    int top = MARGIN / 4;
    int bottom = SIDE + top;
    return """
        <svg width="%d" height="%d" role="img" aria-label="%s by %s"><rect class="frame" x="%d" y="%d" width="%d" height="%d"/>\
        <text x="%d" y="%d">%s</text><text x="%d" y="%d" text-anchor="end">%s</text>\
        <text x="%d" y="%d" text-anchor="middle">%s</text>\
        <text x="%d" y="%d" text-anchor="end">%s</text><text x="%d" y="%d" text-anchor="end">%s</text>\
        <text transform="translate(14 %d) rotate(-90)" text-anchor="middle">%s</text>%s</svg>"""
        .formatted(
            SIDE + 2 * MARGIN,
            SIDE + 2 * MARGIN,
            nameOfY,
            nameOfX,
            MARGIN,
            top,
            SIDE,
            SIDE,
            MARGIN,
            bottom + 16,
            HtmlPage.number(x.least()),
            MARGIN + SIDE,
            bottom + 16,
            HtmlPage.number(x.greatest()),
            MARGIN + SIDE / 2,
            bottom + 16,
            nameOfX,
            MARGIN - 4,
            bottom,
            HtmlPage.number(y.least()),
            MARGIN - 4,
            top + 10,
            HtmlPage.number(y.greatest()),
            top + SIDE / 2,
            nameOfY,
            inside);
  }
}
