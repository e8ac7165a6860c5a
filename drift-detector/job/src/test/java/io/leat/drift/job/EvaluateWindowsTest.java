package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Given parts of windows, and watermarks, these metrics and alerts come out. */
class EvaluateWindowsTest {
  private static final long DAY = Given.DAY;
  private final Watch watch = Given.watch("m", 3);
  private final Watch other = Given.watch("n", 3);

  /** Static, since a function that travels with operators holds no object of a test. */
  private static final AtomicBoolean STORE_ANSWERS = new AtomicBoolean();

  /** The operator under test, in Flink's harness. */
  private final class Evaluator implements AutoCloseable {
    private final KeyedOneInputStreamOperatorTestHarness<String, WindowPart, DriftMetric> harness;

    Evaluator(List<Watch> watches, Profiles profiles, OperatorSubtaskState state) throws Exception {
      harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              new KeyedProcessOperator<>(new EvaluateWindows(watches, profiles)),
              WindowPart::monitor,
              Types.STRING);
      harness.setup(new AvroSerializer<>(DriftMetric.class));
      harness.initializeState(state);
      harness.open();
    }

    Evaluator(List<Watch> watches, OperatorSubtaskState state) throws Exception {
      this(watches, Given.profiles(Map.of()), state);
    }

    Evaluator(Profiles profiles, Watch watch) throws Exception {
      this(List.of(watch), profiles, OperatorSubtaskState.builder().build());
    }

    Evaluator(Watch... watches) throws Exception {
      this(List.of(watches), OperatorSubtaskState.builder().build());
    }

    Evaluator given(Watch of, long day, int vectors, double constant) throws Exception {
      harness.processElement(Given.part(of, day * DAY, vectors, constant), day * DAY);
      return this;
    }

    Evaluator given(long day, int vectors, double constant) throws Exception {
      return given(watch, day, vectors, constant);
    }

    Evaluator refused(String monitor, long day, long deadLetters) throws Exception {
      harness.processElement(WindowPart.ofDeadLetters(monitor, day * DAY, deadLetters), day * DAY);
      return this;
    }

    Evaluator watermark(long day) throws Exception {
      harness.processWatermark(new Watermark(day * DAY - 1));
      return this;
    }

    /** As a version's profile has it. */
    Evaluator given(Watch of, int version, long day, int vectors, double constant)
        throws Exception {
      harness.processElement(Given.part(of, version, day * DAY, vectors, constant), day * DAY);
      return this;
    }

    OperatorSubtaskState snapshot() throws Exception {
      return harness.snapshot(1, 1);
    }

    Evaluator givenAfterGap(long day, int vectors, double constant) throws Exception {
      WindowPart part = Given.part(watch, day * DAY, vectors, constant);
      harness.processElement(
          new WindowPart(
              part.monitor(),
              part.paneStart(),
              0,
              part.reference(),
              vectors,
              true,
              0,
              part.summary()),
          day * DAY);
      return this;
    }

    List<DriftMetric> metrics() {
      return harness.extractOutputValues();
    }

    /** Metrics of features: without those that tell of late vectors. */
    List<DriftMetric> verdicts() {
      return metrics().stream().filter(metric -> !metric.getMetric().equals("vectors")).toList();
    }

    List<DriftAlert> alerts() {
      Queue<StreamRecord<DriftAlert>> alerts = harness.getSideOutput(EvaluateWindows.ALERTS);
      return alerts == null ? List.of() : alerts.stream().map(StreamRecord::getValue).toList();
    }

    @Override
    public void close() throws Exception {
      harness.close();
    }
  }

  @Test
  void aWindowIsEvaluatedOnceWhenTheWatermarkPassesItsEnd() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(0, 20, 3).given(0, 4, 3);
      assertThat(evaluator.metrics()).isEmpty();

      evaluator.watermark(1);

      assertThat(evaluator.metrics())
          .extracting(DriftMetric::getFeature, DriftMetric::getMetric, DriftMetric::getEvents)
          .containsExactly(
              tuple("event.price", "ks", 24L),
              tuple("event.price", "psi_deciles_1e-4", 24L),
              tuple("event.constant", "ks", 24L),
              tuple("event.constant", "psi_deciles_1e-4", 24L));
      evaluator.watermark(2);
      assertThat(evaluator.metrics()).hasSize(4);
    }
  }

  @Test
  void anEpisodeOfQualityIsOneThroughARestart() throws Exception {
    Monitor monitor = Given.monitor("q", DataQuality.within(0.5));
    Watch watched = new Watch(monitor, Given.profile(monitor, 3).toJson(), 0);
    List<DriftAlert> alerts = new ArrayList<>();
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watched)) {
      for (long day = 0; day < 8; day++) {
        evaluator.given(watched, day, 24, day < 4 ? 3 : Double.NaN).watermark(day + 1);
      }
      alerts.addAll(evaluator.alerts());
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(watched), state)) {
      for (long day = 8; day < 14; day++) {
        evaluator.given(watched, day, 24, day < 9 ? Double.NaN : 3).watermark(day + 1);
      }
      alerts.addAll(evaluator.alerts());
    }

    assertThat(alerts)
        .filteredOn(alert -> alert.getKind().equals("data_quality"))
        .extracting(
            DriftAlert::getFeature,
            DriftAlert::getMetric,
            DriftAlert::getState,
            alert -> alert.getWindowStart().toEpochMilli() / DAY)
        .containsExactly(
            tuple("event.constant", "null_share", AlertState.OPEN, 5L),
            tuple("*", "null_share", AlertState.CLOSED, 11L));
    assertThat(alerts)
        .filteredOn(alert -> alert.getKind().equals("data_quality"))
        .extracting(DriftAlert::getAlertId)
        .containsOnly(alerts.get(0).getAlertId());
  }

  /** Other partitions, or the vectors of other services, let the watermark pass. */
  @Test
  void aSilenceIsAnIncidentWhileItLastsAndIsNoneOnceItIsUsual() throws Exception {
    Monitor monitor =
        Given.monitor(
            "q", new DataQuality(Set.of(Measure.VOLUME), 0.5, Map.of(Measure.VOLUME, 0.1)));
    Watch watched = new Watch(monitor, Given.profile(monitor, 3).toJson(), 0);
    List<DriftAlert> alerts = new ArrayList<>();
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watched)) {
      for (long day = 0; day < 8; day++) {
        evaluator.given(watched, day, 24, 3).watermark(day + 1);
      }
      evaluator.watermark(9);
      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getMessage)
          .singleElement()
          .asString()
          .startsWith("0 vectors came, where 24 are usual");
      alerts.addAll(evaluator.alerts());
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(watched), state)) {
      evaluator.watermark(13).watermark(20);
      assertThat(evaluator.metrics())
          .extracting(metric -> metric.getWindowStart().toEpochMilli() / DAY)
          .containsExactly(9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);
      alerts.addAll(evaluator.alerts());
    }

    assertThat(alerts)
        .extracting(DriftAlert::getState, alert -> alert.getWindowStart().toEpochMilli() / DAY)
        .containsExactly(tuple(AlertState.OPEN, 8L), tuple(AlertState.CLOSED, 14L));
  }

  @Test
  void moreDeadLettersThanUsualAreAnIncidentAlsoInAWindowWithoutVectors() throws Exception {
    Monitor monitor =
        Given.monitor("q", new DataQuality(Set.of(Measure.DEAD_LETTER_SHARE), 0.5, Map.of()));
    Watch watched = new Watch(monitor, Given.profile(monitor, 3).toJson(), 0);
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watched)) {
      for (long day = 0; day < 6; day++) {
        evaluator.given(watched, day, 24, 3).refused("q", day, 1).watermark(day + 1);
      }
      evaluator.given(watched, 6, 24, 3).refused("q", 6, 3);
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(watched), state)) {
      evaluator.refused("q", 6, 3).watermark(7).refused("q", 7, 50).watermark(8);
      assertThat(evaluator.alerts())
          .extracting(
              DriftAlert::getState,
              DriftAlert::getSeverity,
              DriftAlert::getMetric,
              alert -> alert.getWindowStart().toEpochMilli() / DAY)
          .containsExactly(tuple(AlertState.OPEN, Severity.CRITICAL, "dead_letter_share", 7L));
      assertThat(evaluator.alerts().get(0).getMessage())
          .startsWith(
              "50 events of the spine went to the dead letters beside 0 vectors: 100.00 % of both, where 4.00 % are usual");
      assertThat(evaluator.metrics())
          .filteredOn(metric -> metric.getMetric().equals("dead_letter_share"))
          .extracting(DriftMetric::getValue)
          .containsExactly(6 / 30.0, 1.0);
    }
  }

  @Test
  void aWindowOfWhichItIsForgottenWhatItWasClosedWithIsNotSaidToHaveHadNothing() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(0, 24, 3).given(500, 24, 3).watermark(501).given(0, 2, 3);
      evaluator.given(501, 24, 3).watermark(502).given(0, 2, 3).given(1, 3, 3);

      assertThat(evaluator.metrics())
          .filteredOn(metric -> metric.getMetric().equals("vectors"))
          .extracting(
              metric -> metric.getWindowStart().toEpochMilli() / DAY,
              DriftMetric::getEvents,
              DriftMetric::getLate)
          .containsExactly(tuple(0L, 24L, 2L), tuple(1L, 0L, 3L));
    }
  }

  @Test
  void windowsAreEvaluatedInOrderWhateverOrderTheirPartsComeIn() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(3, 20, 3).given(1, 20, 3).given(0, 20, 3).watermark(9);

      assertThat(evaluator.metrics())
          .extracting(metric -> metric.getWindowStart().toEpochMilli() / DAY)
          .containsExactly(0L, 0L, 0L, 0L, 1L, 1L, 1L, 1L, 3L, 3L, 3L, 3L);
    }
  }

  @Test
  void anAlertOpensStaysAndCloses() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch)) {
      for (long day = 0; day < 12; day++) {
        evaluator.given(day, 24, day >= 2 && day < 6 ? 4 : 3).watermark(day + 1);
      }

      assertThat(evaluator.alerts())
          .extracting(
              DriftAlert::getFeature,
              DriftAlert::getState,
              DriftAlert::getSeverity,
              alert -> alert.getWindowStart().toEpochMilli() / DAY)
          .containsExactly(
              tuple("event.constant", AlertState.OPEN, Severity.CRITICAL, 3L),
              tuple("event.constant", AlertState.CLOSED, Severity.CRITICAL, 8L));
      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getAlertId)
          .containsOnly(evaluator.alerts().get(0).getAlertId());
    }
  }

  @Test
  void anAlertThatWasOpenedIsNotOpenedAgainAfterARestart() throws Exception {
    OperatorSubtaskState state;
    String id;
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(0, 24, 4).watermark(1).given(1, 24, 4).given(2, 10, 4).watermark(2);
      assertThat(evaluator.alerts()).hasSize(1);
      id = evaluator.alerts().get(0).getAlertId();
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(watch), state)) {
      evaluator.given(2, 14, 4).watermark(3).given(3, 24, 3).given(4, 24, 3).given(5, 24, 3);
      evaluator.watermark(6);

      assertThat(evaluator.metrics().get(0).getEvents()).isEqualTo(24);
      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getState, DriftAlert::getAlertId)
          .containsExactly(tuple(AlertState.CLOSED, id));
    }
  }

  @Test
  void whatComesAfterItsWindowClosedChangesNothing() throws Exception {
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(1, 24, 3).watermark(2).given(1, 24, 4).given(0, 24, 4).watermark(3);
      assertThat(evaluator.verdicts()).hasSize(4);
      state = evaluator.snapshot();
    }
    // The watermark of before is gone; that the window was closed is not.
    try (Evaluator evaluator = new Evaluator(List.of(watch), state)) {
      evaluator.given(1, 24, 4).given(0, 24, 4).watermark(5);
      assertThat(evaluator.verdicts()).isEmpty();
    }
  }

  @Test
  void vectorsThatComeAfterTheirWindowClosedAreReportedOfWithIt() throws Exception {
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(1, 24, 3).watermark(2).given(1, 5, 3);
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(watch), state)) {
      evaluator.given(1, 2, 3).given(0, 3, 3);

      assertThat(evaluator.metrics())
          .extracting(
              metric -> metric.getWindowStart().toEpochMilli() / DAY,
              DriftMetric::getMetric,
              DriftMetric::getEvents,
              DriftMetric::getLate,
              DriftMetric::getComplete)
          .containsExactly(
              tuple(1L, "vectors", 24L, 7L, false), tuple(0L, "vectors", 0L, 3L, false));
      assertThat(evaluator.alerts()).isEmpty();
    }
  }

  @Test
  void aWindowThatIsKnownToLackVectorsIsNotEvaluated() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(0, 24, 4).watermark(1).given(1, 24, 4);
      evaluator.givenAfterGap(2, 24, 4).watermark(3);

      assertThat(evaluator.metrics().subList(4, 12))
          .allSatisfy(
              metric -> {
                assertThat(metric.getComplete()).isFalse();
                assertThat(metric.getValue()).isNull();
                assertThat(metric.getEvents()).isEqualTo(24);
              });
      assertThat(evaluator.alerts()).as("two windows that drifted would open one").isEmpty();

      evaluator.given(3, 24, 4).watermark(4);

      assertThat(evaluator.metrics().subList(12, 16))
          .extracting(DriftMetric::getComplete)
          .containsOnly(true);
      assertThat(evaluator.alerts()).hasSize(1);
    }
  }

  @Test
  void monitorsHaveNothingToDoWithEachOther() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch, other)) {
      evaluator.given(watch, 0, 24, 4).given(other, 1, 24, 4).watermark(3);
      assertThat(evaluator.alerts()).isEmpty();

      evaluator.given(watch, 3, 24, 4).given(other, 3, 24, 3).watermark(4);

      assertThat(evaluator.alerts()).extracting(DriftAlert::getMonitor).containsExactly("m");
    }
  }

  @Test
  void aNewReferenceDropsOpenWindowsAndKeepsAlerts() throws Exception {
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(0, 24, 4).given(1, 24, 4).watermark(2).given(2, 24, 4);
      assertThat(evaluator.alerts()).hasSize(1);
      state = evaluator.snapshot();
    }
    Watch retrained = Given.watch("m", 4);
    try (Evaluator evaluator = new Evaluator(List.of(retrained), state)) {
      evaluator.given(retrained, 2, 20, 4).given(retrained, 3, 24, 4).given(retrained, 4, 24, 4);
      evaluator.given(retrained, 5, 24, 4).watermark(6);

      assertThat(evaluator.metrics().get(0).getWindowStart().toEpochMilli()).isEqualTo(2 * DAY);
      assertThat(evaluator.metrics().get(0).getEvents()).isEqualTo(20);
      assertThat(evaluator.metrics().get(0).getComplete())
          .as("it lacks what was dropped")
          .isFalse();
      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getState)
          .containsExactly(AlertState.CLOSED);
    }
  }

  /** Versions 6 and 7 were trained on 3 and 4; in a backlog windows of both lie open at once. */
  @Test
  void eachWindowIsComparedWithTheProfileOfTheVersionThatItIsOf() throws Exception {
    Watch retrained = Given.watch("m", 4);
    Profiles profiles = Given.profiles(Map.of(6, watch, 7, retrained));
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(profiles, retrained)) {
      evaluator.given(watch, 6, 0, 24, 3).given(retrained, 7, 2, 24, 4);
      evaluator.given(watch, 6, 1, 24, 3).given(retrained, 7, 3, 12, 4);
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(retrained), profiles, state)) {
      evaluator.given(retrained, 7, 3, 12, 4).watermark(4);

      assertThat(evaluator.verdicts()).allSatisfy(m -> assertThat(m.getComplete()).isTrue());
      assertThat(evaluator.verdicts())
          .filteredOn(metric -> metric.getMetric().equals("ks"))
          .filteredOn(metric -> metric.getFeature().equals("event.constant"))
          .extracting(DriftMetric::getReference, DriftMetric::getValue, DriftMetric::getEvents)
          .containsExactly(
              tuple(watch.detector().reference(), 0.0, 24L),
              tuple(watch.detector().reference(), 0.0, 24L),
              tuple(retrained.detector().reference(), 0.0, 24L),
              tuple(retrained.detector().reference(), 0.0, 24L));
      assertThat(evaluator.alerts()).isEmpty();
    }
  }

  @Test
  void aWindowInWhichTheChampionChangedIsNotEvaluatedAndAlertsLiveOn() throws Exception {
    Watch retrained = Given.watch("m", 4);
    Profiles profiles = Given.profiles(Map.of(6, watch, 7, retrained));
    try (Evaluator evaluator = new Evaluator(profiles, watch)) {
      evaluator.given(watch, 6, 0, 24, 4).given(watch, 6, 1, 24, 4).watermark(2);
      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getState)
          .containsExactly(AlertState.OPEN);

      evaluator.given(watch, 6, 2, 12, 4).given(retrained, 7, 2, 12, 4).watermark(3);

      assertThat(evaluator.verdicts().subList(8, 12))
          .allSatisfy(metric -> assertThat(metric.getComplete()).isFalse());
      evaluator.given(retrained, 7, 3, 24, 4).given(retrained, 7, 4, 24, 4);
      evaluator.given(retrained, 7, 5, 24, 4).watermark(6);
      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getState)
          .containsExactly(AlertState.OPEN, AlertState.CLOSED);
    }
  }

  @Test
  void aVersionWhoseProfileCannotBeReadIsComparedOnceItCan() throws Exception {
    Watch retrained = Given.watch("m", 4);
    AtomicBoolean answers = STORE_ANSWERS;
    answers.set(false);
    Profiles profiles =
        (model, number) -> {
          if (!STORE_ANSWERS.get()) {
            throw new LeatException(ErrorCode.KAFKA, "The store does not answer.");
          }
          return Optional.of(Given.watch("m", 4).profile());
        };
    try (Evaluator evaluator = new Evaluator(profiles, watch)) {
      evaluator.given(retrained, 7, 0, 24, 4).watermark(1);
      answers.set(true);
      evaluator.snapshot();
      evaluator.given(retrained, 7, 1, 24, 4).watermark(2);

      assertThat(evaluator.verdicts()).extracting(DriftMetric::getComplete).hasSize(8);
      assertThat(evaluator.verdicts().subList(0, 4))
          .allSatisfy(metric -> assertThat(metric.getComplete()).isFalse());
      assertThat(evaluator.verdicts().subList(4, 8))
          .allSatisfy(metric -> assertThat(metric.getComplete()).isTrue())
          .allSatisfy(
              metric ->
                  assertThat(metric.getReference()).isEqualTo(retrained.detector().reference()));
    }
  }

  @Test
  void aWindowOfWhichAllIsDroppedIsSaidToLackIt() throws Exception {
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watch)) {
      state = evaluator.given(0, 24, 3).snapshot();
    }
    Watch retrained = Given.watch("m", 4);
    try (Evaluator evaluator = new Evaluator(List.of(retrained), state)) {
      evaluator.given(retrained, 1, 24, 4).watermark(2);

      assertThat(evaluator.metrics())
          .filteredOn(metric -> metric.getWindowStart().toEpochMilli() == 0)
          .hasSize(4)
          .allSatisfy(metric -> assertThat(metric.getComplete()).isFalse())
          .allSatisfy(metric -> assertThat(metric.getEvents()).isZero());
    }
  }

  @Test
  void aMonitorThatIsNoLongerDeclaredLeavesNothingBehind() throws Exception {
    OperatorSubtaskState state;
    try (Evaluator evaluator = new Evaluator(watch, other)) {
      evaluator.given(watch, 0, 24, 3).given(other, 0, 24, 3);
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(other), state)) {
      evaluator.watermark(2);
      assertThat(evaluator.metrics()).extracting(DriftMetric::getMonitor).containsOnly("n");
    }
  }

  @Test
  void aMonitorThatIsTakenOutClosesWhatItHadOpened() throws Exception {
    OperatorSubtaskState state;
    DriftAlert opened;
    try (Evaluator evaluator = new Evaluator(watch, other)) {
      evaluator.given(watch, 0, 24, 4).given(watch, 1, 24, 4).given(other, 1, 24, 3).watermark(2);
      opened = evaluator.alerts().get(0);
      state = evaluator.snapshot();
    }
    try (Evaluator evaluator = new Evaluator(List.of(other), state)) {
      evaluator.watermark(3); // and no vector has come

      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getAlertId, DriftAlert::getModel, DriftAlert::getState)
          .containsExactly(tuple(opened.getAlertId(), "model", AlertState.CLOSED));
      assertThat(evaluator.alerts().get(0).getMessage())
          .isEqualTo(
              "The pipeline does not declare monitor m any more, so nobody sees whether the drift ceased.");
      assertThat(evaluator.alerts().get(0).getWindowEnd().toEpochMilli()).isEqualTo(3 * DAY);
      evaluator.watermark(9);
      assertThat(evaluator.alerts()).hasSize(1);
    }
  }

  @Test
  void anOpenAlertDoesNotKeepAStreamThatEndsFromEnding() throws Exception {
    try (Evaluator evaluator = new Evaluator(watch)) {
      evaluator.given(0, 24, 4).given(1, 24, 4).watermark(2);
      evaluator.harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(evaluator.alerts())
          .extracting(DriftAlert::getState)
          .containsExactly(AlertState.OPEN);
    }
  }
}
