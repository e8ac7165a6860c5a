package io.leat.cli.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.StreamComparison.Bucket;
import io.leat.drift.explanation.Cause;
import io.leat.drift.explanation.Explanation;
import io.leat.drift.explanation.Timeline;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** A page shows what an explanation holds, as text and as bars, whatever values are called. */
class ExplanationPageTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private static final String HOSTILE = "<script>alert(\"&\")</script>";

  private static Explanation explanation(List<Cause> causes) {
    return new Explanation(
        "e1",
        "drift",
        "fraud",
        "daily",
        "warn",
        "open",
        HOSTILE,
        START,
        START.plusSeconds(86_400),
        1,
        240,
        1_680,
        OptionalDouble.of(129),
        OptionalDouble.of(35),
        Optional.of("exchangeable"),
        List.of(new Timeline.Point(START, 0.02), new Timeline.Point(START.plusSeconds(1), 129)),
        List.of(
            new Explanation.Moved(
                "event.country",
                Optional.empty(),
                "js_base2",
                0.34,
                0.08,
                OptionalDouble.of(0.12),
                0.13,
                OptionalDouble.of(129),
                Optional.of("exchangeable"),
                List.of(new Bucket(HOSTILE, 0.25, 0.5), new Bucket("null", 0.75, 0.5)))),
        List.of(new Timeline.Share("event.country", 1)),
        List.of(),
        causes,
        List.of("A note."));
  }

  private static Cause cause() {
    return new Cause(
        Cause.Kind.PRODUCER, HOSTILE, 0.8, OptionalDouble.of(0.94), "half of it", "the other half");
  }

  private static List<Element> plots(String page) throws Exception {
    List<Element> plots = new ArrayList<>();
    Matcher svg = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(page);
    while (svg.find()) {
      plots.add(
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(svg.group().getBytes(StandardCharsets.UTF_8)))
              .getDocumentElement());
    }
    return plots;
  }

  private static double width(NodeList bars, int place) {
    return Double.parseDouble(((Element) bars.item(place)).getAttribute("width"));
  }

  @Test
  void bothHistogramsAreBarsOnOneScale() throws Exception {
    List<Element> plots = plots(ExplanationPage.of("Episode e1", List.of(explanation(List.of()))));

    assertThat(plots).as("evidence, shares, histograms").hasSize(3);
    NodeList bars = plots.get(2).getElementsByTagName("rect");
    assertThat(bars.getLength()).isEqualTo(4);
    assertThat(width(bars, 1)).isEqualTo(2 * width(bars, 0));
    assertThat(width(bars, 2)).isEqualTo(3 * width(bars, 0));
    assertThat(((Element) plots.get(0).getElementsByTagName("line").item(0)).getAttribute("class"))
        .as("where the monitor alarms")
        .isEqualTo("even");
  }

  @Test
  void nothingThatAValueIsCalledBecomesPartOfThePage() {
    String page = ExplanationPage.of("Episode e1", List.of(explanation(List.of(cause()))));

    assertThat(page)
        .doesNotContain("<script")
        .contains("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;")
        .contains("<td class=\"number\">94 %</td>");
  }

  @Test
  void severalEpisodesHaveAListThatLeadsToEach() {
    String page =
        ExplanationPage.of(
            "Episodes", List.of(explanation(List.of()), explanation(List.of(cause()))));

    assertThat(page).contains("<a href=\"#e1\">e1</a>", "<td>unknown</td>", "<h2 id=\"e1\">");
  }

  @Test
  void whatHasNoCauseIsSaidToBeUnknown() {
    assertThat(ExplanationText.of(explanation(List.of())))
        .contains("    unknown: nothing that was recorded explains a quarter of it\n")
        .contains("over time    0.020 129 (to 1, window by window)\n")
        .contains("note: A note.\n");
    assertThat(ExplanationText.of(explanation(List.of(cause()))))
        .contains(" 1. producer: <script>", ", explains 94 %\n", "    against  the other half\n");
  }
}
