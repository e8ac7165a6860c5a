package io.leat.retraining.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.definition.RetrainingPolicy.Budget;
import io.leat.pipeline.definition.RetrainingPolicy.Cause;
import io.leat.pipeline.definition.RetrainingPolicy.Conditions;
import io.leat.pipeline.definition.RetrainingPolicy.Harmful;
import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.definition.Trainer;
import io.leat.records.AlertState;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.PerformanceMetric;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.records.Severity;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RecordWatch;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Given these alerts and runs, these requests come out. */
class RetrainingTopologyTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final Instant MAY = Instant.parse("1997-05-01T00:00:00Z");

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private RegistryClient registry;
  private AvroCodec codec;
  private TopologyTestDriver driver;
  @TempDir private Path directory;

  @BeforeEach
  void startWithAPolicyForCriticalAlertsAndACoolDownOfAWeek(TestInfo test) {
    registry = new RegistryClient("mock://" + test.getDisplayName());
    codec = new AvroCodec(registry);
    start(AlertSeverity.CRITICAL);
  }

  private void start(AlertSeverity severity) {
    start(severity, Conditions.ofDrift(severity, Duration.ofDays(7)));
  }

  /** The policy of the model {@code price} has these conditions. */
  private void restart(UnaryOperator<Conditions> of) {
    driver.close();
    start(
        AlertSeverity.CRITICAL,
        of.apply(Conditions.ofDrift(AlertSeverity.CRITICAL, Duration.ofDays(7))));
  }

  private void start(AlertSeverity severity, Conditions conditions) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "power-retraining");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    settings.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
    driver =
        new TopologyTestDriver(
            RetrainingTopology.build(
                pipeline(severity, conditions),
                registry,
                new RegistryRetry(InstantSource.fixed(NOW), time -> {}),
                metrics,
                InstantSource.fixed(NOW),
                new RecordWatch(metrics, () -> 0)),
            settings);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aSevereAlertAsksForRetrainingAndIsAudited() {
    produce(alert("a1", Severity.CRITICAL, MAY));

    List<TestRecord<byte[], byte[]>> requests = read(Topics.RETRAINING_REQUESTS);
    assertThat(requests).hasSize(1);
    assertThat(requests.get(0).key()).isEqualTo("price".getBytes(UTF_8));
    assertThat(RecordHeaders.get(requests.get(0).headers(), RecordHeaders.EVENT_TIME))
        .contains(Long.toString(MAY.toEpochMilli()));
    RetrainingRequest request = codec.decode(requests.get(0).value(), RetrainingRequest.class);
    assertThat(request.getRequestId()).matches("weekly-[0-9a-f]{16}");
    assertThat(request.getPolicy()).isEqualTo("weekly");
    assertThat(request.getModel()).isEqualTo("price");
    assertThat(request.getModelVersion()).isEqualTo("1996-11");
    assertThat(request.getCause()).isEqualTo("a1");
    assertThat(request.getEventTime()).isEqualTo(MAY);
    AuditEvent audit = codec.decode(read(Topics.AUDIT).get(0).value(), AuditEvent.class);
    assertThat(audit.getAction()).isEqualTo("request-retraining");
    assertThat(audit.getActor()).isEqualTo("power-retraining");
    assertThat(audit.getSubject()).isEqualTo("model price@1996-11");
    assertThat(audit.getDetails())
        .containsEntry("request_id", request.getRequestId())
        .containsEntry("cause", "a1");
    assertThat(audit.getTime()).isEqualTo(NOW);
  }

  @Test
  void anAlertBelowTheSeverityOfThePolicyAsksForNothing() {
    produce(alert("a1", Severity.WARN, MAY));

    assertThat(causes()).isEmpty();
    assertThat(read(Topics.AUDIT)).isEmpty();
    assertThat(count("below_severity")).isEqualTo(1);
  }

  @Test
  void aPolicyForWarningsTakesCriticalAlertsToo() {
    driver.close();
    start(AlertSeverity.WARN);

    produce(alert("a1", Severity.CRITICAL, MAY));

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void anAlertThatClosesAsksForNothing() {
    DriftAlert closed = alert("a1", Severity.CRITICAL, MAY);
    closed.put("state", AlertState.CLOSED);

    produce(closed);

    assertThat(causes()).isEmpty();
    assertThat(count("closed")).isEqualTo(1);
  }

  @Test
  void aRequestThatNoRunTakesUpLapsesWithTheCoolDown() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    RetrainingRequest lapsed = requests().get(0);
    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(7)).minusMillis(1)));
    assertThat(causes()).isEmpty();
    assertThat(count("request_open")).isEqualTo(1);

    produce(alert("a3", Severity.CRITICAL, MAY.plus(Duration.ofDays(7))));
    assertThat(causes()).containsExactly("a3");

    produce(run(lapsed, RunState.STARTED)); // too late: it is not the model's last any more
    produce(run(lapsed, RunState.FAILED));
    produce(alert("a4", Severity.CRITICAL, MAY.plus(Duration.ofDays(8))));
    assertThat(causes()).isEmpty();
    assertThat(count("request_open")).isEqualTo(2);
  }

  @Test
  void whatIsReadFasterThanAWorkerLooksAsksOnceAnEpisode() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(1))));
    for (int day = 0; day < 365; day++) {
      window(MAY.plus(Duration.ofDays(day)));
    }

    List<RetrainingRequest> requests = requests();
    assertThat(requests).extracting(RetrainingRequest::getCause).containsExactly("a1", "a2");
    produce(run(requests.get(1), RunState.STARTED));
    produce(run(requests.get(1), RunState.REJECTED));
    window(MAY.plus(Duration.ofDays(365)));
    assertThat(causes()).hasSize(1);
  }

  @Test
  void whileARunIsUnderWayThereIsNoOtherRequestHoweverLongItTakes() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.STARTED));

    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(30))));

    assertThat(causes()).isEmpty();
    assertThat(count("request_open")).isEqualTo(1);
  }

  @Test
  void aRunThatComesToAnEndClosesTheRequest() {
    for (RunState end : List.of(RunState.PROMOTED, RunState.REJECTED, RunState.FAILED)) {
      Instant time = MAY.plus(Duration.ofDays(30L * end.ordinal()));
      produce(alert("first " + end, Severity.CRITICAL, time));
      RetrainingRequest request =
          codec.decode(read(Topics.RETRAINING_REQUESTS).get(0).value(), RetrainingRequest.class);
      produce(run(request, RunState.STARTED));
      produce(alert("too early", Severity.CRITICAL, time.plus(Duration.ofDays(8))));
      assertThat(causes()).isEmpty();

      produce(run(request, end));
      produce(alert("then " + end, Severity.CRITICAL, time.plus(Duration.ofDays(8))));

      List<RetrainingRequest> then = requests();
      assertThat(then).extracting(RetrainingRequest::getCause).containsExactly("then " + end);
      produce(run(then.get(0), end));
    }
  }

  @Test
  void theCoolDownIsMeasuredInEventTime() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.PROMOTED));

    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(7)).minusMillis(1)));
    assertThat(causes()).isEmpty();
    assertThat(count("cool_down")).isEqualTo(1);

    produce(alert("a3", Severity.CRITICAL, MAY.plus(Duration.ofDays(7))));
    assertThat(causes()).containsExactly("a3");
  }

  @Test
  void anAlertThatComesAgainMakesNoSecondRequest() {
    DriftAlert alert = alert("a1", Severity.CRITICAL, MAY);
    produce(alert);
    produce(run(requests().get(0), RunState.PROMOTED));

    produce(alert);

    assertThat(causes()).isEmpty();
  }

  @Test
  void anEpisodeThatSaysMoreOfItselfAfterTheCoolDownMakesNoSecondRequest() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.PROMOTED));

    produce(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(30))));
    assertThat(causes()).isEmpty();

    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(30))));
    assertThat(causes()).containsExactly("a2");
  }

  @Test
  void modelsAreApart() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    DriftAlert other = alert("b1", Severity.CRITICAL, MAY);
    other.put("model", "demand");
    produce(other);
    DriftAlert unwatched = alert("c1", Severity.CRITICAL, MAY);
    unwatched.put("model", "unwatched");
    produce(unwatched);

    assertThat(causes()).containsExactly("a1", "b1");
    assertThat(metrics.get("leat.retraining.alerts").tag("outcome", "no_policy").counter().count())
        .isEqualTo(1);
  }

  @Test
  void theSameAlertGivesTheSameRequestOnACleanState() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    String id = requests().get(0).getRequestId();
    driver.close();

    start(AlertSeverity.CRITICAL); // the driver's stores begin empty without their changelog
    produce(alert("a1", Severity.CRITICAL, MAY));

    assertThat(requests()).extracting(RetrainingRequest::getRequestId).containsExactly(id);
  }

  @Test
  void whatCannotBeReadGoesToTheDeadLettersAndTheNextGoesOn() {
    byte[] garbage = {0, 0, 0, 0, 99, 1};
    driver
        .createInputTopic(Topics.DRIFT_ALERTS, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput("k".getBytes(UTF_8), garbage);
    driver
        .createInputTopic(
            Topics.RETRAINING_RUNS, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>("k".getBytes(UTF_8), null));
    produce(alert("a1", Severity.CRITICAL, MAY));

    List<TestRecord<byte[], byte[]>> deadLetters = read("power-retraining.dlq");
    assertThat(deadLetters).hasSize(2);
    assertThat(deadLetters.get(0).key()).isEqualTo("k".getBytes(UTF_8));
    assertThat(deadLetters.get(0).value()).isEqualTo(garbage);
    assertThat(RecordHeaders.get(deadLetters.get(0).headers(), RecordHeaders.ERROR_TOPIC))
        .contains("drift-alerts");
    assertThat(RecordHeaders.get(deadLetters.get(0).headers(), RecordHeaders.ERROR_OFFSET))
        .contains("0");
    assertThat(RecordHeaders.get(deadLetters.get(1).headers(), RecordHeaders.ERROR_TOPIC))
        .contains("retraining-runs");
    assertThat(
            metrics.get("leat.retraining.malformed").tag("topic", "drift-alerts").counter().count())
        .isEqualTo(1);
    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void aRequestThatLapsesSaysSoOnceAndIsAnAlertUntilARunTakesTheNextUp() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    String id = written().get(0).getRequestId();

    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(31))));

    List<RetrainingRequest> written = written();
    assertThat(written)
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("a1", RequestStatus.LAPSED), tuple("a2", RequestStatus.ASKED));
    assertThat(written.get(0).getRequestId()).isEqualTo(id);
    assertThat(read(Topics.AUDIT))
        .extracting(record -> codec.decode(record.value(), AuditEvent.class).getAction())
        .containsExactly("request-retraining", "retraining-lapsed", "request-retraining");
    List<DriftAlert> alerts = alerts();
    assertThat(alerts).extracting(DriftAlert::getKind).containsExactly("retraining");
    assertThat(alerts.get(0).getState()).isEqualTo(AlertState.OPEN);
    assertThat(alerts.get(0).getMonitor()).isEqualTo("weekly");
    assertThat(count("lapsed")).isEqualTo(1);

    produce(alerts.get(0)); // as it comes back to this job
    assertThat(alerts()).isEmpty();
    produce(run(written.get(1), RunState.STARTED));
    assertThat(alerts())
        .extracting(DriftAlert::getAlertId, DriftAlert::getState)
        .containsExactly(tuple(alerts.get(0).getAlertId(), AlertState.CLOSED));
  }

  @Test
  void anEpisodeThatIsOpenAsksAgainAfterARunThatDidNotHelp() {
    for (RunState end : List.of(RunState.REJECTED, RunState.FAILED, RunState.LAPSED)) {
      String episode = "episode " + end;
      Instant time = MAY.plus(Duration.ofDays(100L * end.ordinal()));
      produce(alert(episode, Severity.CRITICAL, time));
      RetrainingRequest first = requests().get(0);
      produce(run(first, RunState.STARTED));
      window(time.plus(Duration.ofDays(1)));
      produce(run(first, end));
      window(time.plus(Duration.ofDays(7)).minusMillis(1));
      assertThat(requests()).as("inside the cool-down after %s", end).isEmpty();

      window(time.plus(Duration.ofDays(7)));
      window(time.plus(Duration.ofDays(7)));

      RetrainingRequest second = requests().get(0);
      assertThat(second.getCause()).isEqualTo(episode);
      assertThat(second.getRequestId()).isNotEqualTo(first.getRequestId());
      assertThat(second.getEventTime()).isEqualTo(time.plus(Duration.ofDays(7)));
      assertThat(second.getReason()).contains("asks once more");
      produce(run(second, RunState.STARTED));
      produce(run(second, RunState.PROMOTED));
      window(time.plus(Duration.ofDays(60)));
      produce(alert(episode, Severity.CRITICAL, time.plus(Duration.ofDays(61))));
      assertThat(requests()).as("a run has answered it").isEmpty();
      produce(closed(alert(episode, Severity.CRITICAL, time.plus(Duration.ofDays(62)))));
      produce(alert(episode, Severity.CRITICAL, time.plus(Duration.ofDays(63))));
      assertThat(requests()).as("told once more after its end").isEmpty();
    }
    assertThat(count("answered")).isEqualTo(6);
  }

  @Test
  void anEpisodeThatHasClosedDoesNotAskAgain() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.REJECTED));
    produce(closed(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(3)))));

    window(MAY.plus(Duration.ofDays(30)));

    assertThat(written()).isEmpty();
  }

  @Test
  void anEpisodeThatOpensInTheCoolDownAsksAfterIt() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.PROMOTED));
    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(3))));
    window(MAY.plus(Duration.ofDays(7)).minusMillis(1));
    assertThat(requests()).isEmpty();

    window(MAY.plus(Duration.ofDays(7)));

    assertThat(requests())
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getEventTime)
        .containsExactly(tuple("a2", MAY.plus(Duration.ofDays(7))));
  }

  @Test
  void anEpisodeThatOpensDuringARunAsksAfterIt() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    RetrainingRequest first = requests().get(0);
    produce(run(first, RunState.STARTED));
    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(3))));
    window(MAY.plus(Duration.ofDays(30)));
    assertThat(requests()).isEmpty();

    produce(run(first, RunState.PROMOTED));
    window(MAY.plus(Duration.ofDays(31)));

    assertThat(causes()).containsExactly("a2");
  }

  @Test
  void withoutACoolDownAnEpisodeAsksAgainOfLaterDataOnly() {
    restart(conditions -> after(conditions, Duration.ZERO, Optional.empty()));
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.REJECTED));
    window(MAY);
    produce(alert("a1", Severity.CRITICAL, MAY));
    assertThat(requests()).isEmpty();

    window(MAY.plusMillis(1));

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void theBudgetBoundsHowOftenAnEpisodeAsks() {
    restart(
        conditions ->
            after(conditions, Duration.ofDays(1), Optional.of(new Budget(2, Duration.ofDays(30)))));
    produce(alert("a1", Severity.CRITICAL, MAY));
    List<Instant> asked = new ArrayList<>();
    for (int day = 0; day <= 31; day++) {
      window(MAY.plus(Duration.ofDays(day)));
      for (RetrainingRequest request : requests()) {
        asked.add(request.getEventTime());
        produce(run(request, RunState.REJECTED));
      }
    }

    assertThat(asked)
        .containsExactly(
            MAY,
            MAY.plus(Duration.ofDays(1)),
            MAY.plus(Duration.ofDays(30)),
            MAY.plus(Duration.ofDays(31)));
  }

  @Test
  void anEpisodeThatIsToldTwiceIsHeldOnce() {
    produce(quality("q1", AlertState.OPEN, MAY));
    restart(conditions -> after(conditions, Duration.ZERO, Optional.empty()));
    produce(quality("q1", AlertState.OPEN, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(1))));
    produce(alert("a1", Severity.WARN, MAY.plus(Duration.ofDays(1))));

    produce(quality("q1", AlertState.CLOSED, MAY.plus(Duration.ofDays(2))));

    assertThat(written()).extracting(RetrainingRequest::getCause).containsExactly("a1");
    produce(closed(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(3)))));
    produce(quality("q2", AlertState.OPEN, MAY.plus(Duration.ofDays(3))));
    produce(quality("q2", AlertState.CLOSED, MAY.plus(Duration.ofDays(4))));
    assertThat(written()).as("nothing of it is left").isEmpty();
  }

  @Test
  void aWarningThatBecomesCriticalAsks() {
    produce(alert("a1", Severity.WARN, MAY));
    assertThat(requests()).isEmpty();

    produce(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(1))));

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void whatDataQualityHeldBackForTooLongLapsesEachCoolDownAndAsksOnceItIsMended() {
    produce(quality("q1", AlertState.OPEN, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY));
    for (int day = 0; day <= 15; day++) {
      window(MAY.plus(Duration.ofDays(day)));
    }
    List<RetrainingRequest> lapsed = written();
    assertThat(lapsed)
        .extracting(RetrainingRequest::getState)
        .containsExactly(RequestStatus.LAPSED, RequestStatus.LAPSED);
    assertThat(lapsed).extracting(RetrainingRequest::getRequestId).doesNotHaveDuplicates();

    produce(quality("q1", AlertState.CLOSED, MAY.plus(Duration.ofDays(16))));

    assertThat(requests()).extracting(RetrainingRequest::getCause).containsExactly("a1");
  }

  @Test
  void withoutACoolDownWhatDataQualityHoldsBackLapsesOnceWithItsEpisode() {
    restart(conditions -> after(conditions, Duration.ZERO, Optional.empty()));
    produce(quality("q1", AlertState.OPEN, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY));
    for (int day = 0; day <= 15; day++) {
      window(MAY.plus(Duration.ofDays(day)));
    }
    assertThat(written()).isEmpty();

    produce(closed(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(16)))));

    assertThat(written())
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("a1", RequestStatus.LAPSED));
    assertThat(alerts())
        .extracting(DriftAlert::getState)
        .as("nothing is wrong any more")
        .containsExactly(AlertState.OPEN, AlertState.CLOSED);
  }

  @Test
  void aRunThatLapsesForWantOfLabelsIsAnAlert() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    RetrainingRequest request = requests().get(0);
    produce(run(request, RunState.STARTED));
    assertThat(alerts()).isEmpty();

    produce(run(request, RunState.LAPSED));

    assertThat(alerts())
        .extracting(DriftAlert::getKind, DriftAlert::getState)
        .containsExactly(tuple("retraining", AlertState.OPEN));
    assertThat(written())
        .extracting(RetrainingRequest::getRequestId, RetrainingRequest::getState)
        .containsExactly(tuple(request.getRequestId(), RequestStatus.LAPSED));
  }

  @Test
  void aRequestThatARunTookUpDoesNotLapse() {
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(run(requests().get(0), RunState.STARTED));

    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(30))));

    assertThat(written()).isEmpty();
  }

  @Test
  void performanceAsksWhereAPolicySaysSo() {
    produce(performance("p1", AlertState.OPEN, MAY));
    assertThat(causes()).isEmpty();
    assertThat(count("not_asked")).isEqualTo(1);

    restart(conditions -> with(conditions, Set.of(Cause.PERFORMANCE), Harmful.ALL));
    produce(performance("p2", AlertState.OPEN, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY));

    assertThat(causes()).containsExactly("p2");
  }

  @Test
  void performanceThatIsToldLateAsksAtTheModelsTimeAndOnceInACoolDown() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT, Cause.PERFORMANCE), Harmful.ALL));
    Instant told = MAY.plus(Duration.ofDays(8));
    window(told);

    produce(performance("p1", AlertState.OPEN, MAY)); // its labels took a week and a day
    window(told);
    window(MAY.plus(Duration.ofDays(3))); // of another monitor, which is behind
    window(told.plus(Duration.ofDays(7)).minusMillis(1));

    List<RetrainingRequest> written = written();
    assertThat(written)
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("p1", RequestStatus.ASKED));
    assertThat(written.get(0).getEventTime()).isEqualTo(told);
    produce(run(written.get(0), RunState.REJECTED));
    window(told.plus(Duration.ofDays(7)));
    assertThat(causes()).containsExactly("p1");
  }

  @Test
  void performanceThatIsToldLateAndHeldBackLapsesAfterTheCoolDownOnly() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT, Cause.PERFORMANCE), Harmful.ALL));
    Instant told = MAY.plus(Duration.ofDays(8));
    window(told);
    produce(quality("q1", AlertState.OPEN, told));
    produce(performance("p1", AlertState.OPEN, MAY));

    window(told.plus(Duration.ofDays(7)).minusMillis(1));
    assertThat(written()).isEmpty();

    window(told.plus(Duration.ofDays(7)));
    assertThat(written())
        .extracting(RetrainingRequest::getState)
        .containsExactly(RequestStatus.LAPSED);
  }

  @Test
  void driftThatDoesNoHarmAsksOnceAnEpisodeOfPerformanceOpensBesideIt() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT), Harmful.ONLY));
    produce(alert("gone", Severity.CRITICAL, MAY));
    produce(closed(alert("gone", Severity.CRITICAL, MAY.plus(Duration.ofDays(1)))));
    produce(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(2))));
    produce(alert("a2", Severity.CRITICAL, MAY.plus(Duration.ofDays(3))));
    window(MAY.plus(Duration.ofDays(20)));
    assertThat(written()).isEmpty();
    assertThat(count("no_harm")).isEqualTo(3);

    Instant later = MAY.plus(Duration.ofDays(21));
    produce(performance("p1", AlertState.OPEN, later));

    List<RetrainingRequest> asked = requests();
    assertThat(asked).extracting(RetrainingRequest::getCause).containsExactly("a1");
    assertThat(asked.get(0).getEventTime()).isEqualTo(later);
    produce(performance("p1", AlertState.CLOSED, MAY.plus(Duration.ofDays(22))));
    produce(run(asked.get(0), RunState.PROMOTED));
    produce(alert("a3", Severity.CRITICAL, MAY.plus(Duration.ofDays(40))));
    assertThat(causes()).isEmpty();
  }

  @Test
  void driftBesideAnOpenEpisodeOfPerformanceIsHarmful() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT), Harmful.ONLY));
    produce(performance("p1", AlertState.OPEN, MAY));

    produce(alert("a1", Severity.CRITICAL, MAY));

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void dataThatIsBrokenHoldsRequestsBackUntilItIsMended() {
    produce(quality("q1", AlertState.OPEN, MAY));
    produce(quality("q2", AlertState.OPEN, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(quality("q1", AlertState.CLOSED, MAY.plus(Duration.ofDays(1))));
    assertThat(written()).isEmpty();
    assertThat(count("vetoed")).isEqualTo(1);

    Instant mended = MAY.plus(Duration.ofDays(2));
    produce(quality("q2", AlertState.CLOSED, mended));

    assertThat(requests())
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getEventTime)
        .containsExactly(tuple("a1", mended));
  }

  @Test
  void whatIsHeldBackLapsesWithItsEpisodeOrAfterTheCoolDown() {
    produce(quality("q1", AlertState.OPEN, MAY));
    produce(alert("a1", Severity.CRITICAL, MAY));
    produce(alert("a2", Severity.CRITICAL, MAY));

    produce(closed(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(1)))));
    assertThat(written())
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("a1", RequestStatus.LAPSED));
    window(MAY.plus(Duration.ofDays(7)));
    assertThat(written())
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("a2", RequestStatus.LAPSED));
    List<DriftAlert> alerts = alerts();
    assertThat(alerts)
        .extracting(DriftAlert::getState)
        .containsExactly(AlertState.OPEN, AlertState.CLOSED, AlertState.OPEN);
    assertThat(alerts.get(1).getMessage()).startsWith("its episode has closed");

    produce(quality("q1", AlertState.CLOSED, MAY.plus(Duration.ofDays(8))));
    assertThat(causes()).as("its episode is open still").containsExactly("a2");
  }

  /**
   * An incident that was told of for the third to the sixth day, and may have begun two windows
   * before; labels of its time come when it has been closed for long.
   */
  private void givenAnIncidentThatIsOver() {
    produce(daily(quality("q1", AlertState.OPEN, day(3))));
    produce(daily(quality("q1", AlertState.OPEN, day(4)))); // it has become worse
    produce(daily(quality("q1", AlertState.CLOSED, day(6))));
    window(day(20));
  }

  @Test
  void performanceThatSufferedFromAnIncidentThatIsOverAsksOnlyIfItIsOpenLongAfterIt() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT, Cause.PERFORMANCE), Harmful.ALL));
    givenAnIncidentThatIsOver();

    produce(daily(performance("p1", AlertState.OPEN, day(4))));
    produce(daily(performance("p1", AlertState.OPEN, day(9)))); // it has become worse

    assertThat(written()).isEmpty();
    assertThat(count("vetoed")).isEqualTo(2);
    measured(7, 9);
    measured(day(22), false);
    window(day(21));
    assertThat(written()).as("its monitor has not looked far enough").isEmpty();

    measured(day(10), true);

    assertThat(written())
        .extracting(
            RetrainingRequest::getCause,
            RetrainingRequest::getState,
            RetrainingRequest::getEventTime)
        .containsExactly(tuple("p1", RequestStatus.ASKED, day(22)));
  }

  @Test
  void performanceThatRecoversWithAnIncidentThatIsOverLapsesAndSaysWhy() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT, Cause.PERFORMANCE), Harmful.ALL));
    givenAnIncidentThatIsOver();
    produce(daily(performance("p1", AlertState.OPEN, day(4))));
    window(day(27));
    List<RetrainingRequest> held = written();
    assertThat(held)
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("p1", RequestStatus.LAPSED));
    assertThat(held.get(0).getReason())
        .contains("data quality was broken (episode q1 of monitor prices, 1997-05-01T00:00:00Z to ")
        .endsWith("once monitor prices has evaluated 4 windows after that");
    produce(daily(performance("p1", AlertState.CLOSED, day(8))));
    measured(7, 10);

    assertThat(written())
        .extracting(RetrainingRequest::getCause, RetrainingRequest::getState)
        .containsExactly(tuple("p1", RequestStatus.LAPSED));
  }

  @Test
  void performanceOfOtherTimesThanAnIncidentAsks() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT, Cause.PERFORMANCE), Harmful.ALL));
    givenAnIncidentThatIsOver();

    produce(daily(performance("reaches back", AlertState.OPEN, day(8))));
    assertThat(written()).isEmpty();

    produce(daily(performance("after", AlertState.OPEN, day(9))));
    assertThat(causes()).containsExactly("after");
  }

  @Test
  void harmThatWasSeenInAnIncidentThatIsOverDoesNotMakeDriftHarmful() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT), Harmful.ONLY));
    givenAnIncidentThatIsOver();
    produce(daily(performance("p1", AlertState.OPEN, day(4))));
    produce(daily(alert("a1", Severity.CRITICAL, day(20))));
    assertThat(written()).isEmpty();
    assertThat(count("vetoed")).isEqualTo(1);

    measured(7, 10);

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void whatWasFirstToldOfInAnIncidentWaitsAlsoWhereItBecameSevereAfterIt() {
    restart(conditions -> with(conditions, Set.of(Cause.DRIFT, Cause.PERFORMANCE), Harmful.ALL));
    givenAnIncidentThatIsOver();
    for (int day : List.of(4, 9)) {
      Severity severity = day == 4 ? Severity.WARN : Severity.CRITICAL;
      DriftAlert harm = daily(performance("p1", AlertState.OPEN, day(day)));
      harm.put("severity", severity);
      produce(harm);
      DriftAlert drift = daily(alert("a1", severity, day(day)));
      drift.put("monitor", "others");
      produce(drift);
    }

    assertThat(written()).isEmpty();
    assertThat(count("vetoed")).isEqualTo(2);
  }

  @Test
  void driftThatAnotherMonitorSawInAnIncidentThatIsOverWaitsForThatMonitor() {
    givenAnIncidentThatIsOver();
    DriftAlert other = daily(alert("a1", Severity.CRITICAL, day(4)));
    other.put("monitor", "others");
    produce(other);
    assertThat(written()).isEmpty();
    for (int day = 7; day <= 9; day++) {
      window("others", day(day));
    }
    produce(
        Topics.DRIFT_METRICS,
        DriftMetric.newBuilder(drift("others", day(10))).setValue(null).build());
    produce(
        Topics.DRIFT_METRICS,
        DriftMetric.newBuilder(drift("others", day(11))).setComplete(false).build());
    produce(
        Topics.DRIFT_METRICS,
        DriftMetric.newBuilder(drift("others", day(12))).setMetric("volume").build());
    assertThat(written()).as("nothing has been said of drift since").isEmpty();

    window("others", day(13));

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void anIncidentIsForgottenOnceEveryMonitorOfTheModelHasLookedPastIt() {
    KeyValueStore<String, byte[]> incidents = driver.getKeyValueStore(RetrainingTopology.INCIDENTS);
    givenAnIncidentThatIsOver();
    for (int day = 20; day < 24; day++) {
      window("others", day(day));
      window(day(day));
    }
    measured(9, 11);
    assertThat(isEmpty(incidents)).isFalse();

    measured(day(12), true);

    assertThat(isEmpty(incidents)).isTrue();
  }

  private static boolean isEmpty(KeyValueStore<String, byte[]> store) {
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      return !all.hasNext();
    }
  }

  @Test
  void aPolicyWithoutAVetoAsksWhateverComesIn() {
    restart(
        conditions ->
            new Conditions(
                conditions.causes(),
                conditions.severity(),
                Harmful.ALL,
                Set.of(),
                conditions.coolDown(),
                0,
                Optional.empty(),
                Optional.empty()));
    produce(quality("q1", AlertState.OPEN, MAY));
    produce(quality("q2", AlertState.OPEN, MAY));
    produce(quality("q2", AlertState.CLOSED, MAY));

    produce(alert("a1", Severity.CRITICAL, MAY));

    assertThat(causes()).containsExactly("a1");
  }

  @Test
  void aBudgetBoundsTheRequestsInAnySpanOfEventTime() {
    restart(
        conditions ->
            new Conditions(
                conditions.causes(),
                conditions.severity(),
                Harmful.ALL,
                Set.of(),
                Duration.ofDays(1),
                0,
                Optional.of(new Budget(2, Duration.ofDays(30))),
                Optional.empty()));
    for (int day = 0; day < 30; day += 5) {
      produce(alert("day " + day, Severity.CRITICAL, MAY.plus(Duration.ofDays(day))));
      requestEnds();
    }
    assertThat(causesSoFar).containsExactly("day 0", "day 5");
    assertThat(count("over_budget")).isEqualTo(4);

    produce(alert("day 30", Severity.CRITICAL, MAY.plus(Duration.ofDays(30))));
    assertThat(causes()).containsExactly("day 30");
  }

  @Test
  void aScheduleAsksWhenItsTimeHasPassedSinceTheLastRequest() {
    restart(
        conditions ->
            new Conditions(
                Set.of(Cause.DRIFT, Cause.SCHEDULE),
                conditions.severity(),
                Harmful.ALL,
                Set.of(),
                conditions.coolDown(),
                0,
                Optional.empty(),
                Optional.of(Duration.ofDays(30))));
    window(MAY);
    window(MAY.plus(Duration.ofDays(30)).minusMillis(1));
    assertThat(written()).isEmpty();

    window(MAY.plus(Duration.ofDays(30)));
    window(MAY.plus(Duration.ofDays(31)));
    assertThat(requestEnds()).containsExactly("schedule 1997-05-31T00:00:00Z");

    produce(alert("a1", Severity.CRITICAL, MAY.plus(Duration.ofDays(50))));
    assertThat(requestEnds()).containsExactly("a1");
    window(MAY.plus(Duration.ofDays(70)));
    assertThat(written()).isEmpty();
    window(MAY.plus(Duration.ofDays(80)));
    assertThat(causes()).hasSize(1);
  }

  private final List<String> causesSoFar = new ArrayList<>();

  /** Ends the runs of what was asked for, and says what that was. */
  private List<String> requestEnds() {
    List<RetrainingRequest> asked = requests();
    asked.forEach(request -> produce(run(request, RunState.PROMOTED)));
    List<String> causes = asked.stream().map(RetrainingRequest::getCause).toList();
    causesSoFar.addAll(causes);
    return causes;
  }

  @Test
  void theMetricsPageListsEveryCountAndOutcome() throws Exception {
    String page =
        Files.readString(
            Path.of(System.getProperty("leat.project"), "docs", "reference", "metrics.md"));

    assertThat(page)
        .contains("`leat_retraining_alerts_total`", "`leat_retraining_malformed_total`");
    for (AlertOutcome outcome : AlertOutcome.values()) {
      assertThat(page).contains("`" + outcome.name().toLowerCase(java.util.Locale.ROOT) + "`");
    }
  }

  private List<String> causes() {
    return requests().stream().map(RetrainingRequest::getCause).toList();
  }

  private List<RetrainingRequest> requests() {
    return written().stream().filter(request -> request.getState() == RequestStatus.ASKED).toList();
  }

  private List<RetrainingRequest> written() {
    return read(Topics.RETRAINING_REQUESTS).stream()
        .map(record -> codec.decode(record.value(), RetrainingRequest.class))
        .toList();
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private List<DriftAlert> alerts() {
    return read(Topics.DRIFT_ALERTS).stream()
        .map(record -> codec.decode(record.value(), DriftAlert.class))
        .toList();
  }

  private static Instant day(int number) {
    return MAY.plus(Duration.ofDays(number));
  }

  private static DriftAlert daily(DriftAlert alert) {
    alert.put("window_start", alert.getWindowEnd().minus(Duration.ofDays(1)));
    return alert;
  }

  /** Figures of performance of days, with their labels. */
  private void measured(int from, int to) {
    for (int day = from; day <= to; day++) {
      measured(day(day), true);
    }
  }

  /** A figure of performance, with its labels or estimated without. */
  private void measured(Instant end, boolean complete) {
    produce(
        Topics.PERFORMANCE_METRICS,
        PerformanceMetric.newBuilder()
            .setMonitor("prices")
            .setModel("price")
            .setModelVersion("1996-11")
            .setMetric("auc")
            .setWindowStart(end.minus(Duration.ofDays(1)))
            .setWindowEnd(end)
            .setScored(100)
            .setLabelled(complete ? 100 : 0)
            .setMissing(0)
            .setUsed(100)
            .setComplete(complete)
            .setEstimated(!complete)
            .build());
  }

  private void window(Instant end) {
    window("prices", end);
  }

  private void window(String monitor, Instant end) {
    produce(Topics.DRIFT_METRICS, drift(monitor, end));
  }

  private static DriftMetric drift(String monitor, Instant end) {
    return DriftMetric.newBuilder()
        .setMonitor(monitor)
        .setModel("price")
        .setFeature("event.vic_price")
        .setMetric("ks")
        .setWindowStart(end.minus(Duration.ofDays(1)))
        .setWindowEnd(end)
        .setEvents(100)
        .setNulls(0)
        .setValue(0.05)
        .setThreshold(0.1)
        .setReference("reference")
        .build();
  }

  private static DriftAlert performance(String id, AlertState state, Instant time) {
    return of("performance", id, state, time);
  }

  private static DriftAlert quality(String id, AlertState state, Instant time) {
    return of("data_quality", id, state, time);
  }

  private static DriftAlert of(String kind, String id, AlertState state, Instant time) {
    DriftAlert alert = alert(id, Severity.CRITICAL, time);
    alert.put("kind", kind);
    alert.put("state", state);
    return alert;
  }

  private static DriftAlert closed(DriftAlert alert) {
    alert.put("state", AlertState.CLOSED);
    return alert;
  }

  private static Conditions after(
      Conditions conditions, Duration coolDown, Optional<Budget> budget) {
    return new Conditions(
        conditions.causes(),
        conditions.severity(),
        Harmful.ALL,
        conditions.veto(),
        coolDown,
        0,
        budget,
        Optional.empty());
  }

  private static Conditions with(Conditions conditions, Set<Cause> causes, Harmful harmful) {
    return new Conditions(
        causes,
        conditions.severity(),
        harmful,
        conditions.veto(),
        conditions.coolDown(),
        conditions.newLabels(),
        conditions.budget(),
        conditions.schedule());
  }

  private double count(String outcome) {
    return metrics
        .get("leat.retraining.alerts")
        .tags("model", "price", "outcome", outcome)
        .counter()
        .count();
  }

  private void produce(DriftAlert alert) {
    produce(Topics.DRIFT_ALERTS, alert);
  }

  private void produce(RetrainingRun run) {
    produce(Topics.RETRAINING_RUNS, run);
  }

  private <T extends SpecificRecordBase> void produce(String topic, T record) {
    int id = registry.register(Topics.valueSubject(topic), record.getSchema());
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput("some key".getBytes(UTF_8), codec.encode(id, record));
  }

  static DriftAlert alert(String id, Severity severity, Instant windowEnd) {
    return DriftAlert.newBuilder()
        .setAlertId(id)
        .setMonitor("prices")
        .setModel("price")
        .setKind("drift")
        .setFeature("event.vic_price")
        .setMetric("ks")
        .setState(AlertState.OPEN)
        .setSeverity(severity)
        .setWindowStart(windowEnd.minus(Duration.ofDays(7)))
        .setWindowEnd(windowEnd)
        .setValue(0.8)
        .setThreshold(0.1)
        .setMessage("event.vic_price drifted: ks 0.8 over 0.1")
        .setReference("reference")
        .build();
  }

  static RetrainingRun run(RetrainingRequest request, RunState state) {
    return RetrainingRun.newBuilder()
        .setRunId("run of " + request.getRequestId())
        .setRequestId(request.getRequestId())
        .setCause(request.getCause())
        .setEventTime(request.getEventTime())
        .setModel("price")
        .setState(state)
        .setMessage("")
        .setTime(NOW)
        .build();
  }

  private static Pipeline pipeline(AlertSeverity severity, Conditions conditions) {
    return new Pipeline(
        "power",
        "grid-team",
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(model("price"), model("demand")),
        List.of(
            monitor("prices", new PerformanceRule(PerformanceRule.Metric.AUC, 0.02, 0)),
            monitor("others", null)),
        List.of(
            new RetrainingPolicy(
                "weekly",
                "price",
                conditions,
                Optional.empty(),
                Trainer.DEFAULT,
                Gates.DEFAULT,
                Model.Approval.NONE),
            new RetrainingPolicy("other", "demand", severity, Duration.ofDays(7))));
  }

  private static Monitor monitor(String name, @Nullable PerformanceRule performance) {
    return new Monitor(
        name,
        "price",
        Duration.ofDays(1),
        List.of(),
        List.of(),
        Segments.NONE,
        performance,
        List.of("ks"),
        Duration.ZERO,
        10,
        0.1,
        2,
        3,
        3,
        Monitor.Rule.SEQUENTIAL);
  }

  private static Model model(String name) {
    return new Model(
        name,
        "1996-11",
        "market",
        1,
        Path.of("model.onnx"),
        Path.of("reference.json"),
        "grid-team",
        "",
        new Model.Nulls(Optional.empty(), Map.of()),
        new Model.Output("probabilities", 1),
        List.of());
  }
}
