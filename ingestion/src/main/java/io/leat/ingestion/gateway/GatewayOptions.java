package io.leat.ingestion.gateway;

import io.leat.runtime.JobOptions;
import io.leat.runtime.access.AccessOptions;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of an HTTP gateway, by flag or by environment. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class GatewayOptions {
  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Setting(least = "1")
  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      defaultValue = "4194304",
      description = "Largest body.")
  private long maxBody;

  @Setting(least = "1")
  @Option(
      names = "--max-events",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most events of one request.")
  private int maxEvents;

  @Setting(least = "1")
  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "Most events that may be validated or wait for the brokers at once; beyond it the answer is 429.")
  private int maxInFlight;

  @Setting(least = "1s")
  @Option(
      names = "--acknowledgement",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "How long the brokers are waited for; then the answer is 503.")
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
