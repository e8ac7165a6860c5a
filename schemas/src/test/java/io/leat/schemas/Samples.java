package io.leat.schemas;

import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.AlertState;
import io.leat.records.AuditEvent;
import io.leat.records.Contribution;
import io.leat.records.Contributions;
import io.leat.records.DeadLetter;
import io.leat.records.Definition;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.FallbackKind;
import io.leat.records.FeatureVector;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.records.GuardKind;
import io.leat.records.LogPosition;
import io.leat.records.LossKind;
import io.leat.records.ModelRole;
import io.leat.records.ModelSwitch;
import io.leat.records.ModelVersion;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import io.leat.records.NotificationStage;
import io.leat.records.Outcome;
import io.leat.records.PerformanceMetric;
import io.leat.records.RegisteredModel;
import io.leat.records.RegistryEntry;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.RolloutBandit;
import io.leat.records.RolloutFallback;
import io.leat.records.RolloutGuard;
import io.leat.records.RolloutLoss;
import io.leat.records.RolloutObservation;
import io.leat.records.RolloutPeriod;
import io.leat.records.RolloutPlan;
import io.leat.records.RolloutStage;
import io.leat.records.RunMetric;
import io.leat.records.RunState;
import io.leat.records.Score;
import io.leat.records.Severity;
import io.leat.records.StageKind;
import io.leat.records.VersionStanding;
import io.leat.records.VersionStatus;
import io.leat.records.Violation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;

/** One of each of the platform's records, every field set. */
final class Samples {
  private static final Instant TIME = Instant.parse("2026-11-01T12:34:56.789Z");
  private static final LogPosition POSITION = new LogPosition("payments", 2, 4_711L);

  private Samples() {}

  static Stream<SpecificRecordBase> all() {
    return Stream.of(
        POSITION,
        featureVector(),
        alertControl(),
        auditEvent(),
        deadLetter(),
        definition(),
        driftAlert(),
        driftMetric(),
        modelSwitch(),
        modelVersion(),
        notification(),
        outcome(),
        performanceMetric(),
        registeredModel(),
        new RegistryEntry(modelVersion()),
        retrainingRequest(),
        retrainingRun(),
        rolloutPlan(),
        rolloutFallback(),
        new RolloutObservation("fraud", 11L, true, 0.75, false, 0.125, 0.0625, 0.5, true),
        score());
  }

  /** Holds a value of each type that a feature can have, and null. */
  static FeatureVector featureVector() {
    return FeatureVector.newBuilder()
        .setService("fraud")
        .setServiceVersion(3)
        .setDefinition("5f0c9a")
        .setEventId("payment-1")
        .setEventTime(TIME)
        .setKeys(Map.of("customer", "42"))
        .setValues(Arrays.asList(12.5, 7L, true, "BE", null))
        .setSource(POSITION)
        .setNullReasons(ByteBuffer.wrap(new byte[] {NullReason.LATE.code()}))
        .setEventTimeMicros(TIME.plusNanos(123_000))
        .build();
  }

  private static AlertControl alertControl() {
    return AlertControl.newBuilder()
        .setControlId("silence-5f0c9a")
        .setKind(AlertControlKind.SILENCE)
        .setMatchers(Map.of("monitor", "fraud"))
        .setFrom(TIME)
        .setUntil(TIME.plusSeconds(7_200))
        .setActor("somebody")
        .setTime(TIME)
        .setReason("the terminals are being replaced")
        .build();
  }

  private static Notification notification() {
    return Notification.newBuilder()
        .setReceiver("risk-team")
        .setOpened(driftAlert())
        .setOpenedAt(TIME)
        .setRaised(driftAlert())
        .setRaisedAt(TIME.plusSeconds(60))
        .setAcknowledged(alertControl())
        .setClosed(driftAlert())
        .setClosedAt(TIME.plusSeconds(120))
        .setAnswers(
            List.of(
                NotificationAnswer.newBuilder()
                    .setStage(NotificationStage.OPENED)
                    .setTime(TIME.plusSeconds(1))
                    .setAttempts(2)
                    .setTaken(true)
                    .setAnswer("HTTP 202")
                    .build()))
        .setAttempts(3)
        .setDueAt(TIME.plusSeconds(180))
        .setWithheld("inhibited by the episode 77aa of data quality")
        .build();
  }

  private static AuditEvent auditEvent() {
    return AuditEvent.newBuilder()
        .setAction("apply")
        .setActor("somebody")
        .setSubject("pipeline card-payments")
        .setDetails(Map.of("topics", "5"))
        .setTime(TIME)
        .setBefore("{\"champion\":1}")
        .setAfter("{\"champion\":2}")
        .setReason("better on the hold-out")
        .setEvidence(List.of("auc 0.91"))
        .setSequence(2L)
        .setPrevious("9c4f28")
        .setHash("5f0c9a")
        .build();
  }

  private static DeadLetter deadLetter() {
    return DeadLetter.newBuilder()
        .setEvent("payments")
        .setContractVersion(2)
        .setWriterSchemaId(17)
        .setReason("RULE")
        .setMessage("amount is -1.0; expected more than 0.0")
        .setViolations(List.of(new Violation("amount_positive", "amount is -1.0")))
        .setSource(POSITION)
        .build();
  }

  private static Definition definition() {
    return Definition.newBuilder()
        .setKind("view")
        .setName("customer_activity")
        .setVersion("1")
        .setFingerprint("5f0c9a")
        .setPipeline("card-payments")
        .setArtifactDigest("9c4f28")
        .build();
  }

  private static DriftAlert driftAlert() {
    return DriftAlert.newBuilder()
        .setAlertId("fraud/event.amount/ks/1793491200000")
        .setMonitor("fraud")
        .setModel("fraud")
        .setKind("drift")
        .setFeature("event.amount")
        .setMetric("ks")
        .setState(AlertState.OPEN)
        .setSeverity(Severity.CRITICAL)
        .setWindowStart(TIME.minusSeconds(86_400))
        .setWindowEnd(TIME)
        .setValue(0.25)
        .setThreshold(0.125)
        .setMessage("event.amount drifted")
        .setReference("77aa")
        .setError(0x1p-10)
        .setSegment("country=AT")
        .setEvidence(212.5)
        .setAlarmAt(14.0)
        .setGuarantee("seasonal")
        .setUpdates(2)
        .setStreams(
            List.of(
                DriftedStream.newBuilder()
                    .setFeature("event.amount")
                    .setSegment("country=AT")
                    .setMetric("ks")
                    .setValue(0.25)
                    .setLeast(0.0625)
                    .setThreshold(0.125)
                    .setEvidence(850.0)
                    .setGuarantee("seasonal")
                    .build()))
        .build();
  }

  private static DriftMetric driftMetric() {
    return DriftMetric.newBuilder()
        .setMonitor("fraud")
        .setModel("fraud")
        .setFeature("event.amount")
        .setMetric("psi")
        .setWindowStart(TIME.minusSeconds(86_400))
        .setWindowEnd(TIME)
        .setEvents(1_000)
        .setNulls(3)
        .setValue(0.25)
        .setThreshold(0.125)
        .setReference("77aa")
        .setComplete(false)
        .setLate(7)
        .setNullsByReason(Map.of("no_event", 3L))
        .setError(0x1p-10)
        .setSegment("country=AT")
        .setEvidence(0.75)
        .setGuarantee("exchangeable")
        .setPValue(0.03125)
        .build();
  }

  private static ModelVersion modelVersion() {
    return ModelVersion.newBuilder()
        .setModel("fraud")
        .setNumber(7)
        .setLabel("2026-11-01")
        .setDigest("e3b0c442")
        .setManifest("{\"format\":1}")
        .setService("fraud")
        .setServiceVersion(3)
        .setDefinition("5f0c9a")
        .setPublishedBy("somebody")
        .setPublishedAt(TIME)
        .build();
  }

  private static RegisteredModel registeredModel() {
    return RegisteredModel.newBuilder()
        .setModel("fraud")
        .setRevision(12)
        .setVersions(
            List.of(
                new VersionStanding(
                    7, VersionStatus.APPROVED, "somebody", Map.of("reviewed", "yes"))))
        .setAliases(Map.of("candidate", 7))
        .setApprovalRequired(true)
        .setRollout(rollout())
        .setPlan(rolloutPlan())
        .setFallback(rolloutFallback())
        .build();
  }

  private static Rollout rollout() {
    return new Rollout(
        11L,
        "canary",
        "fraud/11",
        List.of(
            new RolloutArm(6, "9c4f28", ModelRole.CHAMPION, 0.75),
            new RolloutArm(7, "e3b0c442", ModelRole.CANARY, 0.25)),
        "somebody",
        TIME,
        rolloutPlan(),
        0,
        rolloutFallback(),
        new RolloutPeriod(9L, 2));
  }

  private static Outcome outcome() {
    return Outcome.newBuilder()
        .setModel("fraud")
        .setModelVersion("2026-11-01")
        .setModelNumber(7)
        .setRole("CANARY")
        .setRollout(11L)
        .setStage(1)
        .setPropensity(0.25)
        .setEventId("payment-1")
        .setKeys(Map.of("customer", "42"))
        .setSegments(Map.of("event.country", "BE"))
        .setEventTime(TIME.plusNanos(123_000))
        .setScore(0.75)
        .setDecision("block")
        .setSource(POSITION)
        .setLabel(true)
        .setLabelId("label-1")
        .setLabelTime(TIME.plusSeconds(3_600))
        .setRevision(1)
        .setLate(true)
        .setKnownAt(TIME.plusSeconds(7_200))
        .setFallback("NULL_INPUT")
        .build();
  }

  private static PerformanceMetric performanceMetric() {
    return PerformanceMetric.newBuilder()
        .setMonitor("fraud")
        .setModel("fraud")
        .setModelVersion("2026-11-01")
        .setModelNumber(7)
        .setRole("CHAMPION")
        .setSegment("event.country=BE")
        .setMetric("auc")
        .setWindowStart(TIME)
        .setWindowEnd(TIME.plusSeconds(3_600))
        .setValue(0.875)
        .setLow(0.75)
        .setHigh(0.9375)
        .setScored(5_000L)
        .setLabelled(4_000L)
        .setMissing(1_000L)
        .setUsed(4_000L)
        .setComplete(true)
        .setEstimated(true)
        .setEstimator("pape")
        .build();
  }

  private static ModelSwitch modelSwitch() {
    return new ModelSwitch("fraud", 815L, rollout());
  }

  private static RolloutFallback rolloutFallback() {
    return new RolloutFallback(FallbackKind.DEFAULT, 0.5);
  }

  private static RolloutPlan rolloutPlan() {
    return new RolloutPlan(
        List.of(
            new RolloutStage(
                StageKind.CANARY,
                0.25,
                3_600_000L,
                1_000L,
                86_400_000L,
                List.of(new RolloutGuard(GuardKind.LATENCY, 0.125, 0.0625, 5_000_000L)),
                500L,
                new RolloutLoss(LossKind.ABSOLUTE_ERROR, 128.0, 604_800_000L),
                new RolloutBandit(600_000L, 0.0625))));
  }

  private static RetrainingRequest retrainingRequest() {
    return RetrainingRequest.newBuilder()
        .setRequestId("fraud/alert-1")
        .setPolicy("fraud")
        .setModel("fraud")
        .setModelVersion("2026-11-01")
        .setCause("alert-1")
        .setReason("event.amount drifted")
        .setEventTime(TIME)
        .setState(RequestStatus.LAPSED)
        .build();
  }

  private static RetrainingRun retrainingRun() {
    return RetrainingRun.newBuilder()
        .setRunId("run-1")
        .setRequestId("fraud/alert-1")
        .setModel("fraud")
        .setState(RunState.TRAINED)
        .setModelVersion("2026-11-02")
        .setMessage("trained on 20000 labels")
        .setTime(TIME)
        .setStep("evaluate")
        .setPolicy("fraud")
        .setCause("alert-1")
        .setEventTime(TIME)
        .setRunKey("3f9ac1d2b7e0")
        .setSnapshots(Map.of("events_payments", 42L))
        .setTrainingSet("9c1e")
        .setArtifacts("runs/run-1")
        .setCodeVersion("0.1.0")
        .setTrainer("http https://trainer")
        .setExternalId("job-7")
        .setParameters(Map.of("seed", "1"))
        .setMetrics(List.of(new RunMetric("challenger", "test", "BE", "auc", 0.9, 0.875, 0.925)))
        .setGates(
            List.of(
                new GateResult(
                    "auc",
                    GateVerdict.INCONCLUSIVE,
                    0.01,
                    -0.5,
                    0.5,
                    -0.005,
                    100L,
                    "too few rows")))
        .setChampion(3)
        .setVersionNumber(4)
        .setRollout(12L)
        .build();
  }

  private static Score score() {
    return Score.newBuilder()
        .setModel("fraud")
        .setModelVersion("2026-11-01")
        .setEventId("payment-1")
        .setEventTime(TIME)
        .setScore(0.9375)
        .setDecision("block")
        .setService("fraud")
        .setServiceVersion(3)
        .setDefinition("5f0c9a")
        .setVector(new LogPosition("features.fraud", 1, 815L))
        .setModelDigest("9c4f28")
        .setOutputs(Map.of("label", "fraud"))
        .setModelNumber(7)
        .setRole(ModelRole.CHAMPION.name())
        .setRollout(11L)
        .setPropensity(0.75)
        .setFallback("NULL_INPUT")
        .setContributions(new Contributions(-1.5, List.of(new Contribution("event.amount", 0.25))))
        .setSource(POSITION)
        .setStage(1)
        .build();
  }
}
