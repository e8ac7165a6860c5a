package io.leat.retraining.gate;

import io.leat.report.ReportJson;
import java.util.List;
import java.util.Optional;

/**
 * What all gates say.
 *
 * @param challenger its name
 * @param champion its name; empty where there is none
 * @param verdict FAIL if any gate fails, else INCONCLUSIVE if any is or none was judged, else PASS
 * @param results of each gate that was judged: of all rows, then of segments
 * @param notJudged gates that compare with a champion, where there is none
 */
public record GateReport(
    String challenger,
    Optional<String> champion,
    Verdict verdict,
    List<GateResult> results,
    List<String> notJudged) {
  public GateReport {
    results = List.copyOf(results);
    notJudged = List.copyOf(notJudged);
  }

  /** One line of JSON: the records' names; a number that there is not is null. */
  public String json() {
    return ReportJson.of(this);
  }

  /** A page that loads nothing. */
  public String html() {
    return GatePage.of(this);
  }
}
