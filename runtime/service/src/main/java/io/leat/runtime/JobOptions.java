package io.leat.runtime;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.runtime.settings.CommonOptions;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.MemoryConverter;
import io.leat.runtime.settings.MemorySize;
import io.leat.runtime.settings.Setting;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The settings that every service takes, beside those of every job. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class JobOptions extends CommonOptions {
  @Setting
  @Option(
      names = "--guarantee",
      paramLabel = "exactly_once|at_least_once",
      defaultValue = "exactly_once",
      description = "What is promised of every record.")
  private Guarantee guarantee = Guarantee.exactly_once;

  @Setting(least = "0ms")
  @Option(
      names = "--commit-interval",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "100ms",
      description = "Time between commits; with exactly_once nothing is visible before one.")
  private Duration commitInterval = Duration.ofMillis(100);

  @Setting(least = "1")
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Stream threads.")
  private int threads = 1;

  @Setting(least = "16MB")
  @Option(
      names = "--state-memory",
      paramLabel = "SIZE",
      converter = MemoryConverter.class,
      defaultValue = "256MB",
      description =
          "Memory for all stores of the process together: an eighth on the heap for what is not committed yet (and under exactly_once as much again outside of it), the rest for RocksDB's cached blocks, of which its write buffers take half at most. A whole number and KB, MB or GB.")
  private MemorySize stateMemory = new MemorySize(256L << 20);

  @Setting(least = "0")
  @Option(
      names = "--standby-replicas",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Copies of each store that other instances keep, so that one of them goes on at once when an instance is lost.")
  private int standbyReplicas;

  @Setting
  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Address that health, metrics and HTTP endpoints listen on.")
  private String httpHost = "127.0.0.1";

  @Setting(least = "0", most = "65535", otherwise = "the service's own, see docs/architecture.md")
  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port for health, metrics and HTTP endpoints; 0 takes a free one.")
  private @Nullable Integer httpPort;

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
    return stateMemory.bytes();
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
}
