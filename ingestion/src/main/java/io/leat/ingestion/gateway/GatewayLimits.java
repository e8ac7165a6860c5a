package io.leat.ingestion.gateway;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.time.Duration;

/**
 * How much a gateway takes.
 *
 * @param bodyBytes the largest body
 * @param events the most events of one request
 * @param inFlight the most events that may be validated or wait for the brokers at once
 * @param acknowledgement how long the brokers are waited for
 */
public record GatewayLimits(long bodyBytes, int events, int inFlight, Duration acknowledgement) {
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** 4 MiB, 1,000 events, 10,000 in flight, 10 s. */
  public static final GatewayLimits DEFAULT =
      new GatewayLimits(4L << 20, 1_000, 10_000, Duration.ofSeconds(10));

  public GatewayLimits {
    if (bodyBytes < 1 || events < 1 || inFlight < 1) {
      throw new LeatException(
          ErrorCode.SETTING,
          "limits of %d bytes, %d events and %d in flight; expected at least 1 of each"
              .formatted(bodyBytes, events, inFlight));
    }
    if (acknowledgement.compareTo(SHORTEST) < 0) {
      throw new LeatException(
          ErrorCode.SETTING,
          "the brokers are waited for %s; expected at least 1 s".formatted(acknowledgement));
    }
  }

  /** The most events of one request that can be let in at all. */
  int eventsOfRequest() {
    return Math.min(events, inFlight);
  }
}
