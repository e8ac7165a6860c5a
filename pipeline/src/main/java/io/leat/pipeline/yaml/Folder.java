package io.leat.pipeline.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.PipelineException.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder of YAML files. Nothing outside of it is read, through links neither. */
public final class Folder {
  private static final long MAX_FILE_BYTES = 1 << 20;

  private final Path root;
  private final Problems problems;

  /**
   * @throws PipelineException if the path is no folder
   */
  public Folder(Path root, Problems problems) throws PipelineException {
    try {
      this.root = root.toRealPath();
    } catch (IOException e) {
      throw notAFolder(root, "there is no such folder");
    }
    if (!Files.isDirectory(this.root)) {
      throw notAFolder(root, "it is a file");
    }
    this.problems = problems;
  }

  private static PipelineException notAFolder(Path root, String found) {
    return new PipelineException(
        List.of(
            new Problem(
                root.toString(), 1, found + "; expected a pipeline's folder, with pipeline.yaml")));
  }

  /** The YAML files below a sub-folder, relative to the folder, sorted; none where it is absent. */
  public List<String> yamlFiles(String subFolder) {
    Path start = root.resolve(subFolder);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start)) {
      List<String> names = files.filter(Files::isRegularFile).map(this::relative).sorted().toList();
      names.stream()
          .filter(name -> name.endsWith(".yml"))
          .forEach(name -> problems.add(name, 1, "the file ends in .yml; expected .yaml"));
      return names.stream().filter(name -> name.endsWith(".yaml")).toList();
    } catch (IOException | UncheckedIOException e) {
      problems.add(subFolder, 1, "the folder cannot be read: " + e.getMessage());
      return List.of();
    }
  }

  /** Names of the folders right below, sorted. */
  public List<String> subFolders(String of) {
    Path start = root.resolve(of);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(start)) {
      return files
          .filter(Files::isDirectory)
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      problems.add(of, 1, "the folder cannot be read: " + e.getMessage());
      return List.of();
    }
  }

  /** Whether there is a file of that name, relative to the folder. */
  public boolean has(String file) {
    return Files.isRegularFile(root.resolve(file));
  }

  /** Reads one file as a mapping; reports where it is none. */
  public Optional<Value> yaml(String file) {
    Optional<String> text = text(root.resolve(file), file, 1);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Yaml.read(text.get(), file, problems);
  }

  /**
   * The file that a value names, relative to the value's own file; reports a path that leaves the
   * folder. The file may be absent.
   */
  public Optional<Path> path(Value reference) {
    return reference.text().flatMap(text -> path(reference, text));
  }

  /** As {@link #path(Value)}, for a path that is not the value's text. */
  public Optional<Path> path(Value place, String text) {
    try {
      Path path = root.resolve(place.file()).resolveSibling(text).normalize();
      boolean inside = path.startsWith(root);
      if (inside && Files.exists(path)) {
        inside = path.toRealPath().startsWith(root);
      }
      if (inside) {
        return Optional.of(path);
      }
      place.problem("%s is '%s', outside of the pipeline's folder", place.name(), text);
    } catch (InvalidPathException | IOException e) {
      place.problem("%s is '%s', which is no path: %s", place.name(), text, e.getMessage());
    }
    return Optional.empty();
  }

  /**
   * A path that may lie anywhere, such as a secret's, relative to the value's own file; the file
   * may be absent.
   */
  public Optional<Path> anywhere(Value place, String text) {
    try {
      return Optional.of(root.resolve(place.file()).resolveSibling(text).normalize());
    } catch (InvalidPathException e) {
      place.problem("%s is '%s', which is no path: %s", place.name(), text, e.getMessage());
      return Optional.empty();
    }
  }

  /** A path below the folder as text, with slashes. */
  public String relative(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  /**
   * The text of a UTF-8 file.
   *
   * @param reporter file at whose line a failure is told
   */
  public Optional<String> text(Path path, String reporter, int line) {
    try {
      if (!path.toRealPath().startsWith(root)) {
        problems.add(reporter, line, relative(path) + " is a link out of the pipeline's folder");
        return Optional.empty();
      }
      if (Files.size(path) > MAX_FILE_BYTES) {
        problems.add(reporter, line, relative(path) + " is larger than 1 MiB");
        return Optional.empty();
      }
      return Optional.of(Files.readString(path, UTF_8));
    } catch (IOException e) {
      problems.add(
          reporter, line, "%s cannot be read as UTF-8 text: %s".formatted(relative(path), e));
      return Optional.empty();
    }
  }

  /** Where mistakes of this folder are collected. */
  public Problems problems() {
    return problems;
  }
}
