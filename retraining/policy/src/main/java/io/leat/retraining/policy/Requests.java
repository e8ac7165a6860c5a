package io.leat.retraining.policy;

import io.leat.common.Sha256;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.AlertState;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.Severity;
import java.time.Instant;
import java.util.Map;

/** Makes the records that a request consists of. */
final class Requests {
  private final Pipeline pipeline;

  Requests(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * The request of a policy for a cause: of the same two the first is the same, whenever it is
   * made, and so is each that follows it.
   */
  RetrainingRequest request(RetrainingPolicy policy, Asking asking, String reason) {
    return RetrainingRequest.newBuilder()
        .setRequestId(id(policy.name(), asking))
        .setPolicy(policy.name())
        .setModel(policy.model())
        .setModelVersion(pipeline.model(policy.model()).orElseThrow().version())
        .setCause(asking.id())
        .setReason(reason)
        .setEventTime(asking.time())
        .setState(RequestStatus.ASKED)
        .build();
  }

  /** The same request, or one that was never made, when it does not hold any more. */
  static RetrainingRequest lapsed(RetrainingRequest request, String why) {
    return RetrainingRequest.newBuilder(request)
        .setState(RequestStatus.LAPSED)
        .setReason(why)
        .build();
  }

  /** What the audit says of a request that is made or lapses. */
  AuditEvent audit(RetrainingRequest request, Instant now) {
    return AuditEvent.newBuilder()
        .setAction(
            request.getState() == RequestStatus.LAPSED ? "retraining-lapsed" : "request-retraining")
        .setActor(pipeline.name() + "-retraining")
        .setSubject("model " + request.getModel() + "@" + request.getModelVersion())
        .setDetails(
            Map.of(
                "request_id", request.getRequestId(),
                "policy", request.getPolicy(),
                "cause", request.getCause(),
                "reason", request.getReason()))
        .setTime(now)
        .build();
  }

  /**
   * The alert that a request has lapsed.
   *
   * @param lapsed the request
   * @param at event time at which it did, or at which the alert closes
   */
  static DriftAlert alert(RetrainingRequest lapsed, AlertState state, Instant at, String message) {
    return DriftAlert.newBuilder()
        .setAlertId("lapsed " + lapsed.getRequestId())
        .setMonitor(lapsed.getPolicy())
        .setModel(lapsed.getModel())
        .setKind(AlertKinds.RETRAINING)
        .setFeature("")
        .setMetric("runs")
        .setState(state)
        .setSeverity(Severity.CRITICAL)
        .setWindowStart(lapsed.getEventTime())
        .setWindowEnd(at)
        .setValue(0)
        .setThreshold(1)
        .setMessage(message)
        .setReference("")
        .build();
  }

  /**
   * {@code <policy>-} and the first 16 hexadecimal digits of the SHA-256 of policy, cause and, from
   * the second on, how often it has asked before.
   */
  private static String id(String policy, Asking asking) {
    String again = asking.before() == 0 ? "" : "\n" + asking.before();
    return policy + "-" + Sha256.hex(policy + "\n" + asking.id() + again).substring(0, 16);
  }
}
