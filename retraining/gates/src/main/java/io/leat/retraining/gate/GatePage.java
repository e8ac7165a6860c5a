package io.leat.retraining.gate;

import io.leat.report.HtmlPage;
import java.util.List;
import java.util.Optional;

/** A report as a page: a table, and a plot of what compares. */
final class GatePage {
  private static final int WIDTH = 360;
  private static final int LABEL = 230;
  private static final int ROW = 18;
  private static final int TOP = 26;

  /** Margins to either side of none that the plot shows; what lies beyond is drawn at its edge. */
  private static final double REACH = 3;

  private GatePage() {}

  static String of(GateReport report) {
    HtmlPage page = new HtmlPage("Gates of " + report.challenger());
    page.add(
        "<p>%s. Challenger: <span class=\"other-text\">%s</span>. %s</p>"
            .formatted(
                verdict(report.verdict()),
                HtmlPage.escaped(report.challenger()),
                report
                    .champion()
                    .map(
                        name ->
                            "Champion: <span class=\"one-text\">%s</span>."
                                .formatted(HtmlPage.escaped(name)))
                    .orElse("There is no champion.")));
    report
        .notJudged()
        .forEach(
            gate ->
                page.add(
                    "<p>%s: not judged, since there is no champion.</p>"
                        .formatted(HtmlPage.escaped(gate))));
    page.add(table(report.results()));
    List<GateResult> compared =
        report.results().stream()
            .filter(
                one ->
                    Double.isFinite(one.champion())
                        && Double.isFinite(one.value())
                        && one.margin() > 0)
            .toList();
    if (!compared.isEmpty()) {
      page.figure(
          plot(compared),
          "How much worse than the champion, in margins: a dot is what the rows have, a line reaches to"
              + " its bound. What reaches beyond 1 has not passed.");
    }
    return page.html();
  }

  private static String verdict(Verdict verdict) {
    String style =
        switch (verdict) {
          case PASS -> "good-text";
          case FAIL -> "bad-text";
          case INCONCLUSIVE -> "one-text";
        };
    return "<span class=\"%s\">%s</span>".formatted(style, verdict);
  }

  private static String table(List<GateResult> results) {
    StringBuilder table =
        new StringBuilder(
            "<table><thead><tr><th>gate</th><th>of</th><th class=\"number\">rows</th>"
                + "<th class=\"number\">entities</th><th class=\"number\">champion</th>"
                + "<th class=\"number\">challenger</th><th class=\"number\">value</th>"
                + "<th class=\"number\">bound</th><th class=\"number\">allowed</th>"
                + "<th>verdict</th><th></th></tr></thead><tbody>\n");
    for (GateResult one : results) {
      table
          .append("<tr><td>")
          .append(HtmlPage.escaped(one.gate()))
          .append("</td><td>")
          .append(HtmlPage.escaped(scope(one)))
          .append("</td>");
      for (double number :
          new double[] {
            one.rows(),
            one.entities(),
            one.champion(),
            one.challenger(),
            one.value(),
            one.bound(),
            one.margin()
          }) {
        table.append("<td class=\"number\">").append(HtmlPage.number(number)).append("</td>");
      }
      table
          .append("<td>")
          .append(verdict(one.verdict()))
          .append("</td><td>")
          .append(HtmlPage.escaped(one.reason().orElse("")))
          .append("</td></tr>\n");
    }
    return table.append("</tbody></table>").toString();
  }

  private static String scope(GateResult result) {
    return result.segment().isPresent()
        ? result.field().orElse("") + " = " + result.segment().get()
        : result.field().map(field -> "groups of " + field).orElse("all rows");
  }

  private static String plot(List<GateResult> results) {
    int height = TOP + ROW * results.size() + 10;
    StringBuilder svg =
        new StringBuilder(
            "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"how much worse, in margins\">"
                .formatted(LABEL + WIDTH + 20, height));
    for (int tick = -3; tick <= 3; tick++) {
      svg.append(
          "<line class=\"%s\" x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\"/><text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%d</text>"
              .formatted(
                  tick == 1 ? "one" : tick == 0 ? "frame" : "even",
                  x(tick),
                  TOP,
                  x(tick),
                  height - 6,
                  x(tick),
                  TOP - 8,
                  tick));
    }
    for (int i = 0; i < results.size(); i++) {
      GateResult one = results.get(i);
      int y = TOP + ROW * i + ROW / 2 + 2;
      String name =
          Optional.of(one)
              .filter(result -> result.field().isPresent())
              .map(result -> one.metric() + ", " + scope(result))
              .orElse(one.metric());
      svg.append(
          "<text x=\"0\" y=\"%d\">%s</text><line class=\"other\" x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\"/><circle class=\"other-point\" cx=\"%s\" cy=\"%d\" r=\"3\"/>"
              .formatted(
                  y + 4,
                  HtmlPage.escaped(name),
                  x(one.value() / one.margin()),
                  y,
                  x(one.bound() / one.margin()),
                  y,
                  x(one.value() / one.margin()),
                  y));
    }
    return svg.append("</svg>").toString();
  }

  private static String x(double margins) {
    double cut = Math.max(-REACH, Math.min(REACH, margins));
    return HtmlPage.coordinate(LABEL + WIDTH * (cut + REACH) / (2 * REACH));
  }
}
