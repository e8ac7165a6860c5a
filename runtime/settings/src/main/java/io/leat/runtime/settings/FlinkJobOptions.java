package io.leat.runtime.settings;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The settings that every Flink job takes, beside those of every job. Secrets belong into the files
 * of {@code --kafka-properties} and {@code --catalog-properties}.
 */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class FlinkJobOptions extends CommonOptions {
  /** The largest parallelism, which checkpoints depend on: state cannot be resumed with another. */
  public static final int MOST_PARALLELISM = 128;

  @Setting
  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      defaultValue = ".leat/warehouse",
      description = "Where the offline tables lie: a folder, or the address of an object store.")
  private String warehouse = ".leat/warehouse";

  @Setting
  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type, uri and so on.")
  private @Nullable Path catalogProperties;

  @Setting(least = "1ms", most = "5m")
  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description =
          "Time between checkpoints, so short that a sink's transaction outlives it; tables and alerts are visible after one.")
  private Duration checkpointInterval = Duration.ofSeconds(10);

  @Setting
  @Option(
      names = "--state-backend",
      paramLabel = "rocksdb|hashmap",
      defaultValue = "rocksdb",
      description = "rocksdb keeps state on disk; hashmap on the heap, for small state.")
  private StateBackend stateBackend = StateBackend.rocksdb;

  @Setting(least = "1", most = "" + MOST_PARALLELISM)
  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "1",
      description = "Parallel instances of each job.")
  private int parallelism = 1;

  /** Where state is kept while a job runs. */
  public enum StateBackend {
    rocksdb,
    hashmap
  }

  /** Options as given by code, everything else at its default. */
  public static FlinkJobOptions of(
      Path pipeline,
      String bootstrapServers,
      String registryUrl,
      Path stateDirectory,
      String warehouse) {
    FlinkJobOptions options = new FlinkJobOptions();
    options.set(pipeline, bootstrapServers, registryUrl, stateDirectory);
    options.warehouse = warehouse;
    return options;
  }

  /** A folder, or the address (with a scheme) of an object store. */
  public String warehouse() {
    return warehouse;
  }

  public Duration checkpointInterval() {
    return checkpointInterval;
  }

  public StateBackend stateBackend() {
    return stateBackend;
  }

  public int parallelism() {
    return parallelism;
  }

  /**
   * What the file of {@code --catalog-properties} holds; empty where none was given.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public Map<String, String> catalogProperties() {
    return catalogProperties == null
        ? Map.of()
        : PropertiesFile.read(catalogProperties, "catalog settings");
  }

  @Override
  protected Map<String, String> fileSettings() {
    Map<String, String> settings = new LinkedHashMap<>(super.fileSettings());
    catalogProperties().forEach((name, value) -> settings.put("catalog." + name, value));
    return settings;
  }
}
