package io.leat.stack;

import io.leat.common.ErrorCode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The distribution that {@code ./mvnw package} assembles: {@code lib/broker}, {@code lib/registry},
 * {@code lib/services}, {@code lib/flink}.
 *
 * @param directory its root; exists
 */
public record LeatHome(Path directory) {
  private static final String BUILD = "Build it with ./mvnw package -DskipTests.";

  /**
   * @throws StackException if there is no such directory
   */
  public LeatHome {
    directory = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(directory)) {
      throw new StackException(
          ErrorCode.NOT_BUILT,
          "There is no Leat distribution at %s. %s".formatted(directory, BUILD));
    }
  }

  /**
   * Finds the distribution: the system property {@code leat.home}, else the environment's {@code
   * LEAT_HOME}, else the one that this code runs from, else {@code target/leat} under the working
   * directory or the nearest directory above it that has one.
   *
   * @throws StackException if it is in none of these places
   */
  public static LeatHome find() {
    return named(System.getProperty("leat.home"))
        .or(() -> named(System.getenv("LEAT_HOME")))
        .or(LeatHome::above)
        .orElseThrow(
            () ->
                new StackException(
                    ErrorCode.NOT_BUILT,
                    "There is no Leat distribution (target/leat) in %s or above, and LEAT_HOME is not set. %s"
                        .formatted(Path.of("").toAbsolutePath(), BUILD)));
  }

  /**
   * A folder of jars as a class path.
   *
   * @param name its name under {@code lib}, for example {@code broker}
   * @throws StackException if it is not there
   */
  public String classPath(String name) {
    return library(name) + "/*";
  }

  /**
   * A folder under {@code lib}.
   *
   * @throws StackException if it is not there
   */
  public Path library(String name) {
    Path library = directory.resolve("lib").resolve(name);
    if (!Files.isDirectory(library)) {
      throw new StackException(
          ErrorCode.NOT_BUILT,
          "The Leat distribution at %s has no lib/%s. %s".formatted(directory, name, BUILD));
    }
    return library;
  }

  private static Optional<LeatHome> named(@Nullable String path) {
    return Optional.ofNullable(path).map(Path::of).map(LeatHome::new);
  }

  private static Optional<LeatHome> above() {
    Path workingDirectory = Path.of("").toAbsolutePath();
    return Stream.of(codeLocation(), workingDirectory)
        .flatMap(start -> Stream.iterate(start, path -> path != null, Path::getParent))
        .flatMap(path -> Stream.of(path, path.resolve("target").resolve("leat")))
        .filter(path -> Files.isDirectory(path.resolve("lib").resolve("broker")))
        .findFirst()
        .map(LeatHome::new);
  }

  /** The jar or directory of classes that this class was loaded from. */
  static Path codeLocation() {
    return Path.of(
        URI.create(LeatHome.class.getProtectionDomain().getCodeSource().getLocation().toString()));
  }
}
