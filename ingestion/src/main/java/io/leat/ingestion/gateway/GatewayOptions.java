package io.leat.ingestion.gateway;

import io.leat.runtime.JobOptions;
import io.leat.runtime.http.AccessOptions;
import io.leat.runtime.options.DurationConverter;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of an HTTP gateway, by flag or by environment. */
public final class GatewayOptions {
  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      defaultValue = "${env:LEAT_MAX_BODY:-4194304}",
      description = "Largest body. Environment: LEAT_MAX_BODY. Default: ${DEFAULT-VALUE}.")
  private long maxBody;

  @Option(
      names = "--max-events",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_EVENTS:-1000}",
      description =
          "Most events of one request. Environment: LEAT_MAX_EVENTS. Default: ${DEFAULT-VALUE}.")
  private int maxEvents;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_IN_FLIGHT:-10000}",
      description =
          "Most events that may wait for the brokers at once; beyond it the answer is 429."
              + " Environment: LEAT_MAX_IN_FLIGHT. Default: ${DEFAULT-VALUE}.")
  private int maxInFlight;

  @Option(
      names = "--acknowledgement",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_ACKNOWLEDGEMENT:-10s}",
      description =
          "How long the brokers are waited for; then the answer is 503. Environment:"
              + " LEAT_ACKNOWLEDGEMENT. Default: ${DEFAULT-VALUE}.")
  private Duration acknowledgement = Duration.ofSeconds(10);

  /** The settings that every service takes. */
  public JobOptions job() {
    return job;
  }

  /**
   * How the gateway is opened.
   *
   * @throws io.leat.common.LeatException with one sentence if the API keys cannot be read, or an
   *     option lacks its other half
   * @throws IllegalArgumentException with one sentence if a limit is none
   */
  public GatewaySettings settings() {
    return new GatewaySettings(
        new GatewayLimits(maxBody, maxEvents, maxInFlight, acknowledgement), access.access());
  }
}
