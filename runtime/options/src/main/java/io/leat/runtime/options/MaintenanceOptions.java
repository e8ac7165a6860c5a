package io.leat.runtime.options;

import io.leat.pipeline.Durations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What {@code leat maintain} takes. The command line reads it and hands it on to the process that
 * does the work, which reads it again.
 */
public final class MaintenanceOptions {
  /** Longer than a job may take from writing a file to committing it. */
  private static final Duration LEAST_ORPHAN_AGE = Duration.ofHours(1);

  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      defaultValue = "${env:LEAT_PIPELINE:-" + CommonOptions.NONE + "}",
      description =
          "Folder of the pipeline whose tables are cared for. Environment: LEAT_PIPELINE. Default:"
              + " the one that 'leat up' runs.")
  private @Nullable Path pipeline;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = ".leat",
      description =
          "Folder of the stack that 'leat up' started, to find it by. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of(".leat");

  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      defaultValue = "${env:LEAT_WAREHOUSE:-" + CommonOptions.NONE + "}",
      description =
          "Where the offline tables lie. Environment: LEAT_WAREHOUSE. Default: the warehouse in the"
              + " folder of --dir.")
  private @Nullable String warehouse;

  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_CATALOG_PROPERTIES:-" + CommonOptions.NONE + "}",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type,"
              + " uri and so on. Environment: LEAT_CATALOG_PROPERTIES.")
  private @Nullable Path catalogProperties;

  @Option(
      names = "--keep-snapshots",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "6h",
      description =
          "Age at which a snapshot is expired, and with it the files that only it held: longer than"
              + " any reader reads. A snapshot with a tag stays. Default: ${DEFAULT-VALUE}.")
  private Duration keepSnapshots = Duration.ofHours(6);

  @Option(
      names = "--keep-orphans",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "1d",
      description =
          "Age, before the job's newest commit, at which a file that no snapshot names is deleted;"
              + " 1h at least. Default: ${DEFAULT-VALUE}.")
  private Duration keepOrphans = Duration.ofDays(1);

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Stay, and do it each time so much has passed. Default: once, at once.")
  private @Nullable Duration every;

  /**
   * The pipeline's folder.
   *
   * @throws IllegalStateException with one sentence if none was given and no stack tells it
   * @throws UncheckedIOException if what the stack left cannot be read
   */
  public Path pipelineFolder() {
    if (pipeline != null) {
      return pipeline;
    }
    Path told = folder.resolve("pipeline");
    if (!Files.exists(told)) {
      throw new IllegalStateException(
          "No stack was started in %s to take the pipeline from; name it with --pipeline DIR."
              .formatted(folder));
    }
    try {
      return Path.of(Files.readString(told));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(told, e.getMessage()), e);
    }
  }

  /** Folder of the local stack, whether or not one runs there. */
  public Path folder() {
    return folder;
  }

  /** A folder, or the address (with a scheme) of an object store. */
  public String warehouse() {
    return warehouse != null ? warehouse : folder.resolve("warehouse").toString();
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

  public Duration keepSnapshots() {
    return keepSnapshots;
  }

  /**
   * @throws IllegalStateException with one sentence if a job's own files might be that old
   */
  public Duration keepOrphans() {
    if (keepOrphans.compareTo(LEAST_ORPHAN_AGE) < 0) {
      throw new IllegalStateException(
          "--keep-orphans is %s; expected 1h or more, so that no file of a commit under way is taken for an orphan"
              .formatted(Durations.format(keepOrphans)));
    }
    return keepOrphans;
  }

  /** Empty: once. */
  public Optional<Duration> every() {
    return Optional.ofNullable(every);
  }
}
