package io.leat.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.RequestStatus;
import io.leat.records.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Given these records of its topics, nulls were an incident and nothing more, or were not. */
class IncidentTest {
  private static final Play PLAY = new Play(1, 10, 5, 5, 6, 3, 1, 100, 0);
  private static final int PAYMENTS_A_DAY = 20;
  private static final String EXPLAINED =
      "event.amount moved. It is a matter of data quality: a quarter is null (episode q).";

  private static final String HELD_BACK = "its episode closed while data quality held it back";

  private final List<String> told = new ArrayList<>();
  private final Incident incident = new Incident(PLAY, told::add);
  private long broker;
  private int payments;

  private static Instant day(int number) {
    return Play.START.plus(Duration.ofDays(number));
  }

  private void play(int from, int until, int version) {
    for (int day = from; day < until; day++) {
      for (int i = 0; i < PAYMENTS_A_DAY; i++) {
        String id = "p" + payments++;
        incident.vector(id);
        incident.score(
            StoryRecords.score(id, day(day).plus(Duration.ofMinutes(i)), version), broker++);
      }
      incident.metric(metric("event.amount", "ks", day, PLAY.isStruck(day(day)) ? 5 : 0));
      incident.metric(metric("event.amount", "null_share", day, 0));
      incident.metric(metric("hour", "ks", day, PAYMENTS_A_DAY));
    }
  }

  private static DriftMetric metric(String feature, String metric, int day, long nulls) {
    return DriftMetric.newBuilder()
        .setMonitor("fraud")
        .setModel("fraud")
        .setFeature(feature)
        .setMetric(metric)
        .setWindowStart(day(day))
        .setWindowEnd(day(day + 1))
        .setEvents(PAYMENTS_A_DAY)
        .setNulls(nulls)
        .setThreshold(0.1)
        .setReference("version v1")
        .build();
  }

  private void alert(
      String id, String kind, AlertState state, String feature, int day, String message) {
    incident.alert(
        DriftAlert.newBuilder()
            .setAlertId(id)
            .setMonitor("fraud")
            .setModel("fraud")
            .setKind(kind)
            .setFeature(feature)
            .setMetric("null_share")
            .setState(state)
            .setSeverity(Severity.CRITICAL)
            .setWindowStart(day(day))
            .setWindowEnd(day(day + 1))
            .setValue(0.25)
            .setThreshold(0.01)
            .setMessage(message)
            .setReference("version v1")
            .setStreams(
                List.of(
                    DriftedStream.newBuilder()
                        .setFeature(feature)
                        .setMetric("null_share")
                        .setValue(0.25)
                        .setLeast(0.01)
                        .setThreshold(0.01)
                        .setEvidence(200)
                        .setGuarantee("exchangeable")
                        .build()))
            .build(),
        broker++);
  }

  private void opens(String id, String feature) {
    alert(id, "data_quality", AlertState.OPEN, feature, 6, "a quarter is null");
  }

  private void closes(int day) {
    alert("q", "data_quality", AlertState.CLOSED, "event.amount", day, "as usual");
  }

  private void passes() {
    play(4, 8, 1);
    opens("q", "event.amount");
    alert("d", "drift", AlertState.OPEN, "event.amount", 6, EXPLAINED);
    play(8, 12, 1);
    closes(11);
    lapses(HELD_BACK);
    play(12, 19, 1);
  }

  private void lapses(String why) {
    incident.request(StoryRecords.request("r", day(11), RequestStatus.LAPSED, why), broker++);
  }

  private List<String> failed() {
    incident.close();
    return incident.figures().checks().entrySet().stream()
        .filter(check -> !check.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void itPassed() {
    passes();

    assertThat(incident.isOver()).isTrue();
    assertThat(failed()).isEmpty();
    IncidentFigures figures = incident.figures();
    assertThat(figures.holds()).isTrue();
    assertThat(figures.steps())
        .extracting(Figures.Step::what)
        .containsExactly(
            "nulls begin",
            "episode of data_quality",
            "episode of drift",
            "nulls end",
            "data_quality closes",
            "request lapses");
    assertThat(figures.steps().get(1).payments()).isEqualTo(2 * PAYMENTS_A_DAY);
    assertThat(figures.days())
        .filteredOn(day -> PLAY.isStruck(day.start()))
        .hasSize(3)
        .allSatisfy(day -> assertThat(day.nulls()).isEqualTo(0.25));
    assertThat(figures.lines())
        .contains(
            "null share of event.amount, before the nulls   0.0 %",
            "null share of event.amount, while they came     25.0 %");
    assertThat(figures.page()).contains("nulls begin", "class=\"one-point\"", "</html>");
  }

  @Test
  void itIsNotOverBeforeWhatWasHeldBackCouldHaveAsked() {
    play(4, 8, 1);
    opens("q", "event.amount");
    play(8, 12, 1);
    assertThat(incident.isOver()).isFalse();

    closes(11);
    lapses(HELD_BACK);
    assertThat(incident.isOver()).isFalse();

    play(12, 16, 1);
    assertThat(incident.isOver()).isFalse();

    play(16, 17, 1);
    assertThat(incident.isOver()).isTrue();
  }

  @Test
  void aRequestIsOneTooMany() {
    play(4, 8, 1);
    incident.request(StoryRecords.request("r", day(7), RequestStatus.ASKED, "worse"), broker++);

    assertThat(incident.hasFailed()).isTrue();
    passes();
    assertThat(failed()).containsExactly("nothing was asked for, nothing trained");
  }

  @Test
  void driftThatIsNotSaidToBeAMatterOfDataQualityIsOneTooMany() {
    passes();
    alert("e", "drift", AlertState.OPEN, "event.amount", 7, "event.amount moved");

    assertThat(failed())
        .containsExactly("each episode beside it says that it is a matter of data quality");
  }

  @Test
  void asIsASecondIncidentAndOneOfAnotherColumn() {
    passes();
    opens("p", "hour");

    assertThat(failed())
        .containsExactly("one episode of data quality", "it names the column and its nulls");
  }

  @Test
  void aRequestThatLapsedForAnotherReasonWasNotHeldBack() {
    passes();
    lapses("no run took it up");

    assertThat(failed()).containsExactly("what drifted was held back by data quality");
  }

  @Test
  void anAlertOfTheRetrainingIsToldAndIsNoEpisodeBesideIt() {
    alert("lapsed", "retraining", AlertState.OPEN, "*", 4, "has lapsed");
    passes();

    assertThat(failed()).isEmpty();
    assertThat(told).first().isEqualTo("retraining, OPEN: has lapsed");
  }

  @Test
  void anEpisodeBeforeTheNullsIsOneTooMany() {
    play(3, 4, 1);
    alert("d", "drift", AlertState.OPEN, "event.amount", 3, EXPLAINED);
    passes();

    assertThat(failed()).containsExactly("no episode before the nulls");
  }

  @Test
  void anIncidentThatClosesWhileNullsComeHasNotPassed() {
    play(4, 8, 1);
    opens("q", "event.amount");
    closes(7);
    play(8, 19, 1);

    lapses(HELD_BACK);

    assertThat(failed()).containsExactly("it closed once the nulls had ended");
  }

  @Test
  void asIsAnotherVersionAndAVectorWithoutScore() {
    passes();
    play(19, 20, 2);
    incident.vector("lost");

    assertThat(failed()).containsExactly("version 1 decides as before", "no vector unscored");
  }

  @Test
  void whereNothingHappenedThereIsAPageAllTheSame() {
    incident.close();

    IncidentFigures figures = incident.figures();

    assertThat(figures.holds()).isFalse();
    assertThat(figures.page()).contains("</html>");
  }
}
