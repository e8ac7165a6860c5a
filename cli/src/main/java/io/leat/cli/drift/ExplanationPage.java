package io.leat.cli.drift;

import static io.leat.report.HtmlPage.escaped;

import io.leat.drift.StreamComparison.Bucket;
import io.leat.drift.explanation.Cause;
import io.leat.drift.explanation.Explanation;
import io.leat.drift.explanation.Explanation.Moved;
import io.leat.drift.explanation.Timeline;
import io.leat.report.HtmlPage;
import io.leat.report.Plots;
import java.util.List;
import java.util.OptionalDouble;

/** Explanations as one page: tables, and plots of the evidence and of both histograms. */
final class ExplanationPage {
  private ExplanationPage() {}

  static String of(String title, List<Explanation> explanations) {
    HtmlPage page = new HtmlPage(title);
    page.add(
        "<p><span class=\"one-text\">Reference</span>, <span class=\"other-text\">windows of the episode</span>. What changed together is shown; it proves nothing.</p>");
    if (explanations.isEmpty()) {
      page.add("<p>No episode was open then.</p>");
    }
    if (explanations.size() > 1) {
      contents(page, explanations);
    }
    explanations.forEach(one -> add(page, one));
    return page.html();
  }

  private static void contents(HtmlPage page, List<Explanation> explanations) {
    page.add(
        "<table><tr><th>episode</th><th>monitor</th><th>severity</th><th>state</th><th>shows since</th><th>likeliest cause</th></tr>");
    for (Explanation one : explanations) {
      page.add(
          "<tr><td><a href=\"#%s\">%s</a></td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>"
              .formatted(
                  escaped(one.episode()),
                  escaped(one.episode()),
                  escaped(one.monitor()),
                  one.severity(),
                  one.state(),
                  one.onset(),
                  one.causes().isEmpty() ? "unknown" : escaped(one.causes().get(0).what())));
    }
    page.add("</table>");
  }

  private static void add(HtmlPage page, Explanation of) {
    page.add(
        "<h2 id=\"%s\">%s of model %s, monitor %s: %s, %s</h2>"
            .formatted(
                escaped(of.episode()),
                escaped(of.kind().replace('_', ' ')),
                escaped(of.model()),
                escaped(of.monitor()),
                of.severity(),
                of.state()));
    page.add("<p>" + escaped(of.message()) + "</p>");
    page.add(
        "<p>Shows since %s, in %,d windows up to the one that opened it; %,d vectors of these looked at, %,d of those before.%s</p>"
            .formatted(
                of.onset(),
                of.windows(),
                of.vectors(),
                of.vectorsBefore(),
                of.odds().isEmpty()
                    ? ""
                    : " Evidence %s to 1 against no change, alarms at %s, guarantee %s."
                        .formatted(
                            ExplanationText.odds(of.odds().getAsDouble()),
                            ExplanationText.odds(of.alarmAt().orElse(Double.NaN)),
                            of.guarantee().orElse("none"))));
    causes(page, of.causes());
    if (!of.line().isEmpty()) {
      page.figure(
          Plots.logarithmicLine(
              "evidence, to 1",
              of.line().get(0).windowEnd()
                  + " to "
                  + of.line().get(of.line().size() - 1).windowEnd(),
              of.line().stream().map(Timeline.Point::odds).toList(),
              of.alarmAt()),
          "Evidence against no change, window by window"
              + (of.alarmAt().isPresent() ? "; dashed: where the monitor alarms." : "."));
    }
    shares(page, "Evidence by column", of.byColumn());
    shares(page, "Evidence by segment", of.bySegment());
    for (Moved moved : of.moved()) {
      if (moved.buckets().isEmpty()) {
        page.add("<p>" + escaped(ExplanationText.title(moved)) + "</p>");
      } else {
        page.figure(
            Plots.bars(
                "share",
                moved.buckets().stream().map(Bucket::label).toList(),
                moved.buckets().stream().map(Bucket::reference).toList(),
                moved.buckets().stream().map(Bucket::window).toList()),
            ExplanationText.title(moved));
      }
    }
    of.notes().forEach(note -> page.add("<p>" + escaped(note) + "</p>"));
  }

  private static void causes(HtmlPage page, List<Cause> causes) {
    if (causes.isEmpty()) {
      page.add(
          "<p>Likely cause: <b>unknown</b>. Nothing that was recorded explains a quarter of it.</p>");
      return;
    }
    page.add(
        "<table><tr><th>likely cause</th><th>kind</th><th class=\"number\">explains</th><th>for it</th><th>against it</th></tr>");
    for (Cause cause : causes) {
      OptionalDouble explains = cause.explains();
      page.add(
          "<tr><td>%s</td><td>%s</td><td class=\"number\">%s</td><td>%s</td><td>%s</td></tr>"
              .formatted(
                  escaped(cause.what()),
                  cause.kind().text(),
                  explains.isEmpty() ? "-" : "%.0f %%".formatted(100 * explains.getAsDouble()),
                  escaped(cause.speaksFor()),
                  escaped(cause.speaksAgainst())));
    }
    page.add("</table>");
  }

  private static void shares(HtmlPage page, String title, List<Timeline.Share> shares) {
    if (!shares.isEmpty()) {
      page.figure(
          Plots.bars(
              "share",
              shares.stream().map(Timeline.Share::name).toList(),
              shares.stream().map(Timeline.Share::share).toList(),
              List.of()),
          title + ", in the window that opened the episode.");
    }
  }
}
