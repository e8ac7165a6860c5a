package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.KeySource;
import io.leat.runtime.JobOptions;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import io.leat.schemas.OwnerOnly;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
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

  @Setting
  @Option(
      names = "--mlflow-tracking",
      paramLabel = "URL",
      description = "Address of an MLflow tracking server that shows the runs too.")
  private @Nullable String mlflowTracking;

  @Setting
  @Option(
      names = "--mlflow-key",
      paramLabel = "FILE",
      description =
          "Token for it, or user:password, alone in a file that nobody but its owner can read.")
  private @Nullable Path mlflowKey;

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

  /**
   * Address of an MLflow server that shows the runs too.
   *
   * @throws LeatException if it is no address of a server, or its key cannot be read
   */
  public Optional<URI> mlflow() {
    if (mlflowTracking == null) {
      return Optional.empty();
    }
    if (!mlflowTracking.matches("https?://[\\w.\\-\\[\\]:]+(/[\\w.\\-~/]*)?")) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--mlflow-tracking is no address of a server; expected one such as http://mlflow:5000, without user and password: these go into the file of --mlflow-key.");
    }
    mlflowHeaders();
    return Optional.of(URI.create(mlflowTracking));
  }

  /** Whether a key for that server is named. */
  public boolean hasMlflowKey() {
    return mlflowKey != null;
  }

  /**
   * What says who asks that server; never shown.
   *
   * @throws LeatException if the key cannot be read, or others than its owner can
   */
  Map<String, String> mlflowHeaders() {
    if (mlflowKey == null) {
      return Map.of();
    }
    OwnerOnly.problem(mlflowKey)
        .ifPresent(
            problem -> {
              throw new LeatException(ErrorCode.ACCESS, problem);
            });
    String key = Secret.read(new KeySource.SecretFile(mlflowKey));
    return key.contains(":")
        ? Map.of(
            "Authorization", "Basic " + Base64.getEncoder().encodeToString(key.getBytes(UTF_8)))
        : RestClient.bearer(key);
  }

  /** Address that trainers call back; empty: the worker's own. */
  public Optional<String> callbackUrl() {
    return Optional.ofNullable(callbackUrl);
  }
}
