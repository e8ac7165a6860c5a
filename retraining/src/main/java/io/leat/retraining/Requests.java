package io.leat.retraining;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.Pipeline;
import io.leat.pipeline.RetrainingPolicy;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
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
    return new AuditEvent(
        "request-retraining",
        pipeline.name() + "-retraining",
        "model " + request.getModel() + "@" + request.getModelVersion(),
        Map.of(
            "request_id", request.getRequestId(),
            "policy", request.getPolicy(),
            "cause", request.getCause(),
            "reason", request.getReason()),
        now);
  }

  /** {@code <policy>-} and the first 16 hexadecimal digits of the SHA-256 of policy and cause. */
  private static String id(String policy, String cause) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest((policy + "\n" + cause).getBytes(UTF_8));
      return policy + "-" + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
