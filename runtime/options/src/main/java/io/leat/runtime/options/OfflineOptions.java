package io.leat.runtime.options;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What every command over the offline tables takes. The command line reads it and hands it on to
 * the process that does the work, which reads it again.
 */
public abstract class OfflineOptions {
  @Option(
      names = "--service",
      paramLabel = "NAME",
      required = true,
      description = "The feature service.")
  private String service = "";

  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      description =
          "Folder of the pipeline that declares it. Default: the one that 'leat up' runs.")
  private @Nullable Path pipeline;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = ".leat",
      description =
          "Folder of the stack that 'leat up' started, to find it by; scratch files and the log lie"
              + " there too. Default: ${DEFAULT-VALUE}.")
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
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Only vectors of this event time or later, such as 2026-05-01 (its midnight, UTC) or"
              + " 2026-05-01T12:00:00Z; earlier events only fill windows. Default: all.")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Only vectors of an event time before this one. Default: all.")
  private @Nullable Instant to;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "So many parts of the work at once; the result is the same. Default: one a processor.")
  private int parallelism;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description =
          "Heap of the process that does the work, as Java takes it. What is sorted lies outside of"
              + " it, and on disk. Default: ${DEFAULT-VALUE}.")
  private String heap = "1g";

  public final String service() {
    return service;
  }

  /**
   * The pipeline's folder.
   *
   * @throws IllegalStateException with one sentence if none was given and no stack tells it
   */
  public final Path pipelineFolder() {
    if (pipeline != null) {
      return pipeline;
    }
    Path told = folder.resolve("pipeline");
    if (!Files.exists(told)) {
      throw new IllegalStateException(
          "No stack runs in %s to take the pipeline from; name it with --pipeline DIR."
              .formatted(folder));
    }
    try {
      return Path.of(Files.readString(told));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(told, e.getMessage()), e);
    }
  }

  /** Folder of the local stack, whether or not one runs there. */
  public final Path folder() {
    return folder;
  }

  /** A folder, or the address (with a scheme) of an object store. */
  public final String warehouse() {
    return warehouse != null ? warehouse : folder.resolve("warehouse").toString();
  }

  /**
   * What the file of {@code --catalog-properties} holds; empty where none was given.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public final Map<String, String> catalogProperties() {
    return catalogProperties == null
        ? Map.of()
        : PropertiesFile.read(catalogProperties, "catalog settings");
  }

  public final Optional<Instant> from() {
    return Optional.ofNullable(from);
  }

  public final Optional<Instant> to() {
    return Optional.ofNullable(to);
  }

  /**
   * How many parts of the work run at once, at least 1.
   *
   * @throws IllegalStateException with one sentence if it is negative
   */
  public final int parallelism() {
    if (parallelism < 0) {
      throw new IllegalStateException(
          "--parallelism is %d; expected 1 or more, or 0 for one a processor"
              .formatted(parallelism));
    }
    return parallelism == 0 ? Runtime.getRuntime().availableProcessors() : parallelism;
  }

  /** As Java's {@code -Xmx} takes it. */
  public final String heap() {
    return heap;
  }
}
