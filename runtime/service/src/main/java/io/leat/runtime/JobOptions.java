package io.leat.runtime;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Durations;
import io.leat.runtime.options.CommonOptions;
import io.leat.runtime.options.DurationConverter;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings that every service takes, beside those of every job. */
public final class JobOptions extends CommonOptions {
  @Option(
      names = "--guarantee",
      paramLabel = "exactly_once|at_least_once",
      defaultValue = "${env:LEAT_GUARANTEE:-exactly_once}",
      description =
          "What is promised of every record. Environment: LEAT_GUARANTEE. Default: ${DEFAULT-VALUE}.")
  private Guarantee guarantee = Guarantee.exactly_once;

  @Option(
      names = "--commit-interval",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_COMMIT_INTERVAL:-100ms}",
      description =
          "Time between commits; with exactly_once nothing is visible before one. Environment:"
              + " LEAT_COMMIT_INTERVAL. Default: ${DEFAULT-VALUE}.")
  private Duration commitInterval = Duration.ofMillis(100);

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "${env:LEAT_THREADS:-1}",
      description = "Stream threads. Environment: LEAT_THREADS. Default: ${DEFAULT-VALUE}.")
  private int threads = 1;

  @Option(
      names = "--state-memory",
      paramLabel = "SIZE",
      converter = MemoryConverter.class,
      defaultValue = "${env:LEAT_STATE_MEMORY:-256MB}",
      description =
          "Memory for all stores of the process together: cached blocks and write buffers, and what"
              + " is not committed yet. A whole number and KB, MB or GB."
              + " Environment: LEAT_STATE_MEMORY. Default: ${DEFAULT-VALUE}.")
  private long stateMemory = 256L << 20;

  @Option(
      names = "--standby-replicas",
      paramLabel = "N",
      defaultValue = "${env:LEAT_STANDBY_REPLICAS:-0}",
      description =
          "Copies of each store that other instances keep, so that one of them goes on at once when an"
              + " instance is lost. Environment: LEAT_STANDBY_REPLICAS. Default: ${DEFAULT-VALUE}.")
  private int standbyReplicas;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "${env:LEAT_HTTP_HOST:-127.0.0.1}",
      description =
          "Address that health, metrics and HTTP endpoints listen on. Environment: LEAT_HTTP_HOST."
              + " Default: ${DEFAULT-VALUE}.")
  private String httpHost = "127.0.0.1";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "Port for health, metrics and HTTP endpoints; 0 takes a free one. Environment:"
              + " LEAT_HTTP_PORT. Default: the service's own, see docs/architecture.md.")
  private @Nullable Integer httpPort = fromEnvironment("LEAT_HTTP_PORT");

  /** Options as given by code, everything else at its default. */
  public static JobOptions of(
      Path pipeline,
      String bootstrapServers,
      String registryUrl,
      Path stateDirectory,
      int httpPort) {
    JobOptions options = new JobOptions();
    options.set(pipeline, bootstrapServers, registryUrl, stateDirectory);
    options.httpPort = httpPort;
    return options;
  }

  public Guarantee guarantee() {
    return guarantee;
  }

  public Duration commitInterval() {
    return commitInterval;
  }

  public int threads() {
    return threads;
  }

  /** Bytes for the stores of the process. */
  public long stateMemory() {
    return stateMemory;
  }

  public int standbyReplicas() {
    return standbyReplicas;
  }

  public String httpHost() {
    return httpHost;
  }

  /** The port to listen on; the service's own where none was given. */
  public int httpPort(int ownPort) {
    return httpPort == null ? ownPort : httpPort;
  }

  public RegistryClient registry() {
    return new RegistryClient(registryUrl());
  }

  /**
   * A name for this instance of a service that outlives restarts: kept in the state directory, made
   * at the first call. The broker gives a restarted instance its partitions back at once by it.
   *
   * @throws LeatException if the state directory cannot be written
   */
  public String instanceId() {
    Path file = stateDirectory().resolve("instance-id");
    try {
      Files.createDirectories(stateDirectory());
      if (!Files.exists(file)) {
        Files.writeString(file, UUID.randomUUID().toString());
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          "Cannot keep state in %s: %s. Give a writable folder with --state-dir."
              .formatted(stateDirectory().toAbsolutePath(), e.getMessage()),
          e);
    }
  }

  @Override
  protected Map<String, String> ownSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("guarantee", guarantee.name());
    settings.put("commit-interval", Durations.format(commitInterval));
    settings.put("threads", Integer.toString(threads));
    settings.put("state-memory", (stateMemory >> 20) + "MB");
    settings.put("standby-replicas", Integer.toString(standbyReplicas));
    settings.put("http-host", httpHost);
    return settings;
  }

  private static @Nullable Integer fromEnvironment(String name) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? null : Integer.valueOf(value.strip());
  }
}
