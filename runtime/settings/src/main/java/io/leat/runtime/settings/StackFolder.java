package io.leat.runtime.settings;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The folder of the stack that {@code leat up} started: by flag, else by environment, else the
 * nearest one from the current folder upwards.
 */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class StackFolder {
  /** What a stack's folder is called where nobody says otherwise. */
  public static final String USUAL = ".leat";

  private static final String ENDPOINTS = "endpoints.properties";
  private static final String PIPELINE = "pipeline";

  @Setting(otherwise = "the nearest .leat, from the current folder upwards")
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Folder of the stack that 'leat up' started, to find it by.")
  private @Nullable Path given;

  /** The folder, whether or not a stack was ever started there. */
  public Path path() {
    return given != null ? given : nearest(Path.of("").toAbsolutePath());
  }

  /** The nearest folder of a stack, from a folder upwards; the usual one there if there is none. */
  static Path nearest(Path from) {
    for (Path at = from; at != null; at = at.getParent()) {
      Path folder = at.resolve(USUAL);
      if (Files.exists(folder.resolve(ENDPOINTS))) {
        return folder;
      }
    }
    return from.resolve(USUAL);
  }

  /**
   * The folder of the pipeline that the stack runs, or ran last; empty if none was started.
   *
   * @throws LeatException if what the stack left cannot be read
   */
  public Optional<Path> pipeline() {
    Path reported = path().resolve(PIPELINE);
    try {
      return Files.exists(reported)
          ? Optional.of(Path.of(Files.readString(reported)))
          : Optional.empty();
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE, "Cannot read %s: %s".formatted(reported, e.getMessage()), e);
    }
  }

  /** The sentence for where no pipeline was named and no stack tells one. */
  public String noPipeline() {
    return "No stack was started in %s to take the pipeline from%s; name the pipeline with --pipeline DIR, or the stack's folder with --dir DIR."
        .formatted(path(), given == null ? ", nor in a folder above" : "");
  }
}
