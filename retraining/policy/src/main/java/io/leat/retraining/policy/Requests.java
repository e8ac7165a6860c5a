package io.leat.retraining.policy;

import io.leat.common.Sha256;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import java.time.Instant;
import java.util.Map;

/** Makes the records that a request consists of. */
final class Requests {
  private final Pipeline pipeline;

  Requests(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /** The request of a policy for an alert: the same for the same two, whenever it is made. */
  RetrainingRequest request(RetrainingPolicy policy, DriftAlert alert, String reason) {
    return new RetrainingRequest(
        id(policy.name(), alert.getAlertId()),
        policy.name(),
        policy.model(),
        pipeline.model(policy.model()).orElseThrow().version(),
        alert.getAlertId(),
        reason,
        alert.getWindowEnd());
  }

  /** What the audit says of it. */
  AuditEvent audit(RetrainingRequest request, Instant now) {
    return AuditEvent.newBuilder()
        .setAction("request-retraining")
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

  /** {@code <policy>-} and the first 16 hexadecimal digits of the SHA-256 of policy and cause. */
  private static String id(String policy, String cause) {
    return policy + "-" + Sha256.hex(policy + "\n" + cause).substring(0, 16);
  }
}
