package io.leat.retraining.worker;

import io.leat.runtime.JobOptions;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of the retraining worker, by flag or by environment. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class WorkerOptions {
  @Mixin private JobOptions job = new JobOptions();

  @Setting
  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      defaultValue = ".leat/warehouse",
      description = "Where the offline tables lie.")
  private String warehouse = ".leat/warehouse";

  @Setting
  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type, uri and so on.")
  private @Nullable Path catalogProperties;

  @Setting
  @Option(
      names = "--training-set-heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description =
          "Heap of the process that makes a training set, as Java takes it. What is sorted lies outside of it, and on disk.")
  private String trainingSetHeap = "1g";

  @Setting
  @Option(
      names = "--await-tables",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "10m",
      description =
          "How long a run waits for the tables to hold all events that the brokers had when it began. It goes on without them then, and says so.")
  private Duration awaitTables = Duration.ofMinutes(10);

  @Setting(least = "10ms")
  @Option(
      names = "--look-every",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "2s",
      description =
          "How often the worker looks at what it waits for: rollouts, approvals, trainers elsewhere.")
  private Duration lookEvery = Duration.ofSeconds(2);

  @Setting(otherwise = "the worker's own address")
  @Option(
      names = "--callback-url",
      paramLabel = "URL",
      description = "Address of this worker that trainers elsewhere call back, without a path.")
  private @Nullable String callbackUrl;

  /** The settings that every service takes. */
  public JobOptions job() {
    return job;
  }

  /** A folder, or the address (with a scheme) of an object store. */
  public String warehouse() {
    return warehouse;
  }

  /** The file of the catalog's settings, where one was given. */
  public Optional<Path> catalogProperties() {
    return Optional.ofNullable(catalogProperties);
  }

  /** As Java's {@code -Xmx} takes it. */
  public String trainingSetHeap() {
    return trainingSetHeap;
  }

  /** How long a run waits for the tables to hold what the brokers had when it began. */
  public Duration awaitTables() {
    return awaitTables;
  }

  /** How often what is waited for is looked at. */
  public Duration lookEvery() {
    return lookEvery;
  }

  /** Address that trainers call back; empty: the worker's own. */
  public Optional<String> callbackUrl() {
    return Optional.ofNullable(callbackUrl);
  }
}
