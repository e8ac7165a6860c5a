package io.leat.runtime.flink;

import io.leat.pipeline.definition.Durations;
import io.leat.runtime.options.CommonOptions;
import io.leat.runtime.options.DurationConverter;
import io.leat.runtime.options.PropertiesFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The settings that every Flink job takes, beside those of every job. Secrets belong into the files
 * of {@code --kafka-properties} and {@code --catalog-properties}.
 */
public final class FlinkJobOptions extends CommonOptions {
  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      defaultValue = "${env:LEAT_WAREHOUSE:-.leat/warehouse}",
      description =
          "Where the offline tables lie: a folder, or the address of an object store."
              + " Environment: LEAT_WAREHOUSE. Default: ${DEFAULT-VALUE}.")
  private String warehouse = ".leat/warehouse";

  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_CATALOG_PROPERTIES:-" + NONE + "}",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type,"
              + " uri and so on. Environment: LEAT_CATALOG_PROPERTIES.")
  private @Nullable Path catalogProperties;

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_CHECKPOINT_INTERVAL:-10s}",
      description =
          "Time between checkpoints, 5m at most; tables and alerts are visible after one."
              + " Environment: LEAT_CHECKPOINT_INTERVAL. Default: ${DEFAULT-VALUE}.")
  private Duration checkpointInterval = Duration.ofSeconds(10);

  @Option(
      names = "--state-backend",
      paramLabel = "rocksdb|hashmap",
      defaultValue = "${env:LEAT_STATE_BACKEND:-rocksdb}",
      description =
          "rocksdb keeps state on disk; hashmap on the heap, for small state. Environment:"
              + " LEAT_STATE_BACKEND. Default: ${DEFAULT-VALUE}.")
  private StateBackend stateBackend = StateBackend.rocksdb;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "${env:LEAT_PARALLELISM:-1}",
      description =
          "Parallel instances of each job. Environment: LEAT_PARALLELISM."
              + " Default: ${DEFAULT-VALUE}.")
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
  protected Map<String, String> ownSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("warehouse", warehouse);
    settings.put("checkpoint-interval", Durations.format(checkpointInterval));
    settings.put("state-backend", stateBackend.name());
    settings.put("parallelism", Integer.toString(parallelism));
    catalogProperties().forEach((name, value) -> settings.put("catalog." + name, value));
    return settings;
  }
}
