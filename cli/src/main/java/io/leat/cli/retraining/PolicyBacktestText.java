package io.leat.cli.retraining;

import static io.leat.report.HtmlPage.coordinate;
import static io.leat.report.HtmlPage.escaped;
import static io.leat.report.HtmlPage.number;

import io.leat.cli.retraining.PolicyBacktestReport.Opened;
import io.leat.cli.retraining.PolicyBacktestReport.Run;
import io.leat.cli.retraining.PolicyBacktestReport.Total;
import io.leat.cli.retraining.PolicyBacktestReport.Weeks;
import io.leat.report.HtmlPage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A backtest of a policy for people. */
final class PolicyBacktestText {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 240;
  private static final int LEFT = 48;
  private static final int MARGIN = 24;

  private PolicyBacktestText() {}

  static void print(PolicyBacktestReport report, PrintWriter out) {
    out.printf(
        "policy %s of model %s, replayed from %s to %s: %,d vectors%n",
        report.policy(), report.model(), report.begin(), report.until(), report.vectors());
    report.notes().forEach(note -> out.println("  " + note));
    out.printf("%nepisodes: %,d%n", report.episodes().size());
    for (Opened one : report.episodes()) {
      out.printf("  %s  %s: %s%n", one.at(), one.episode(), one.message());
    }
    out.printf("%nruns: %,d%n", report.runs().size());
    for (Run run : report.runs()) {
      out.printf(
          "  %s  %d  %-12s  learnt from %,d, compared on %,d, for %s: %s%n",
          run.at(),
          run.number(),
          run.verdict(),
          run.learnt(),
          run.compared(),
          run.cause(),
          run.why());
    }
    out.printf("%nweek        labelled  champion  policy   never  weekly  hindsight%n");
    for (Weeks week : report.weeks()) {
      out.printf(
          "%s  %8d  %8d  %6s  %6s  %6s  %9s%n",
          LocalDate.ofInstant(week.from(), ZoneOffset.UTC),
          week.labelled(),
          week.champion(),
          number(week.policy()),
          number(week.never()),
          number(week.weekly()),
          number(week.hindsight()));
    }
    out.printf("%nstrategy    trained  mean AUC%n");
    for (Total total : report.totals()) {
      out.printf("%-10s  %7d  %8s%n", total.strategy(), total.trained(), number(total.auc()));
    }
  }

  /** A page that loads nothing. */
  static String page(PolicyBacktestReport report) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    print(report, out);
    out.flush();
    return new HtmlPage("Retraining policy " + report.policy() + " on the past")
        .figure(
            plot(report.weeks()),
            "Area under the ROC curve, by week. Strong: the policy's champions (amber) and never training again (blue). Dashed: training each week. Lines: where another champion took over.")
        .preformatted(text.toString())
        .html();
  }

  private static String plot(List<Weeks> weeks) {
    StringBuilder svg =
        new StringBuilder(
            "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">"
                .formatted(
                    LEFT + WIDTH + MARGIN,
                    HEIGHT + 2 * MARGIN,
                    escaped("area under the ROC curve by week")));
    double least =
        Math.floor(
                10
                    * weeks.stream()
                        .flatMapToDouble(
                            week ->
                                java.util.stream.DoubleStream.of(
                                    week.policy(), week.never(), week.weekly()))
                        .filter(auc -> !Double.isNaN(auc))
                        .min()
                        .orElse(0.5))
            / 10;
    least = Math.min(least, 0.9);
    svg.append(
        "<rect class=\"frame\" x=\"%d\" y=\"8\" width=\"%d\" height=\"%d\"/>"
            .formatted(LEFT, WIDTH, HEIGHT));
    for (int tick = (int) Math.round(10 * least); tick <= 10; tick++) {
      svg.append(
          "<text x=\"%d\" y=\"%s\" text-anchor=\"end\">%.1f</text>"
              .formatted(LEFT - 6, coordinate(y(tick / 10.0, least) + 4), tick / 10.0));
    }
    int champion = 0;
    for (int i = 0; i < weeks.size(); i++) {
      if (weeks.get(i).champion() != champion) {
        champion = weeks.get(i).champion();
        String x = coordinate(x(i, weeks.size()));
        svg.append(
            "<line class=\"frame\" x1=\"%s\" x2=\"%s\" y1=\"8\" y2=\"%d\"><title>champion %d</title></line>"
                .formatted(x, x, 8 + HEIGHT, champion));
      }
    }
    line(svg, "even", weeks, Weeks::weekly, least);
    line(svg, "other", weeks, Weeks::never, least);
    line(svg, "one", weeks, Weeks::policy, least);
    return svg.append("</svg>").toString();
  }

  private static void line(
      StringBuilder svg,
      String style,
      List<Weeks> weeks,
      ToDoubleFunction<Weeks> figure,
      double least) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < weeks.size(); i++) {
      double auc = figure.applyAsDouble(weeks.get(i));
      if (!Double.isNaN(auc)) {
        points
            .append(coordinate(x(i, weeks.size())))
            .append(',')
            .append(coordinate(y(auc, least)))
            .append(' ');
      }
    }
    svg.append(
        "<polyline class=\"%s\" fill=\"none\" points=\"%s\"/>"
            .formatted(style, points.toString().strip()));
  }

  private static double x(int week, int weeks) {
    return LEFT + (week + 0.5) * WIDTH / weeks;
  }

  private static double y(double auc, double least) {
    return 8 + HEIGHT * (1 - (auc - least) / (1 - least));
  }
}
