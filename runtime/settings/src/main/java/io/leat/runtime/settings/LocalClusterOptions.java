package io.leat.runtime.settings;

import io.leat.platform.Services;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The settings of a Flink cluster in one process of this machine, beside those of its jobs. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class LocalClusterOptions {
  @Mixin private FlinkJobOptions jobs = new FlinkJobOptions();

  @Setting(environment = "LEAT_FLINK_REST_PORT", least = "0", most = "65535")
  @Option(
      names = "--rest-port",
      paramLabel = "PORT",
      defaultValue = "" + Services.FLINK_REST_PORT,
      description = "Port of Flink's REST interface, on loopback; 0 takes a free one.")
  private int restPort;

  @Setting(environment = "LEAT_FLINK_METRICS_PORT", least = "0", most = "65535")
  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      defaultValue = "" + Services.FLINK_METRICS_PORT,
      description = "Port of the Prometheus metrics, on loopback; 0 takes a free one.")
  private int metricsPort;

  @Setting
  @Option(
      names = "--allow-non-restored-state",
      defaultValue = "false",
      description =
          "Leave out the part of a checkpoint that a job no longer has a place for, after an event, a service or a monitor was taken out of its pipeline.")
  private boolean allowNonRestoredState;

  /** The settings that every job takes. */
  public FlinkJobOptions jobs() {
    return jobs;
  }

  public int restPort() {
    return restPort;
  }

  public int metricsPort() {
    return metricsPort;
  }

  public boolean allowNonRestoredState() {
    return allowNonRestoredState;
  }
}
