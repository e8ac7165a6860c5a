package io.leat.pipeline.model;

import io.leat.common.Sha256;
import io.leat.pipeline.definition.Model;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model's ONNX file, and the files of weights that it names, read once, so that what was checked
 * and hashed is what is run.
 *
 * @param path where it was read, for messages
 * @param bytes an ONNX model that holds all its weights; not to be changed
 * @param sha256 in hex: of a model of one file that file's SHA-256; of a model that names files of
 *     weights the SHA-256 of the lines {@code <SHA-256> <name>\n} of its own file and then of
 *     theirs, ordered by name, as {@code sha256sum model.onnx weights.data | sha256sum} prints it
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, shared and never changed
public record ModelFile(Path path, byte[] bytes, String sha256) {
  /** A larger model is more likely a mistake than one to run for every event. */
  private static final int MAXIMUM_BYTES = 512 << 20;

  /**
   * Reads a model's artifact.
   *
   * @throws ModelException if it, or a file that it names, is absent, unreadable, empty, too large
   *     or not beside it
   */
  public static ModelFile read(Model model) {
    return read(model, MAXIMUM_BYTES);
  }

  /**
   * Reads a model's artifact.
   *
   * @param maximumBytes how much all of its files may hold together
   * @throws ModelException as {@link #read(Model)}
   */
  public static ModelFile read(Model model, int maximumBytes) {
    try {
      return read(model.artifact(), maximumBytes);
    } catch (ModelException e) {
      throw new ModelException("Model %s: %s".formatted(model.name(), e.getMessage()), e);
    }
  }

  /**
   * Reads an ONNX file and its weights.
   *
   * @throws ModelException as {@link #read(Model)}
   */
  public static ModelFile read(Path path) {
    return read(path, MAXIMUM_BYTES);
  }

  private static ModelFile read(Path path, int maximumBytes) {
    byte[] bytes = bytes(path, maximumBytes);
    SortedMap<String, byte[]> weights = new TreeMap<>();
    int left = maximumBytes - bytes.length;
    for (String name : ExternalData.files(bytes)) {
      byte[] file = bytes(beside(path, name), left);
      left -= file.length;
      weights.put(name, file);
    }
    return weights.isEmpty()
        ? new ModelFile(path, bytes, Sha256.hex(bytes))
        : new ModelFile(path, ExternalData.inline(bytes, weights), sha256(path, bytes, weights));
  }

  /** A file of weights: its name is the model file's word, so it may lead nowhere else. */
  private static Path beside(Path model, String name) {
    Path folder =
        Objects.requireNonNull(
            model.toAbsolutePath().normalize().getParent(), "a file lies in a folder");
    Path file = folder.resolve(name).normalize();
    if (Path.of(name).isAbsolute() || name.isEmpty() || !file.startsWith(folder)) {
      throw new ModelException(
          "%s keeps weights in '%s'; expected a file in or below its own folder. Save it as one file: onnx.save_model(model, path, save_as_external_data=False)."
              .formatted(model, name));
    }
    return file;
  }

  private static byte[] bytes(Path path, int maximumBytes) {
    byte[] bytes;
    try (InputStream file = Files.newInputStream(path)) {
      bytes = file.readNBytes(maximumBytes + 1);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "there is no file %s. Train the model with 'leat train', or put the file there."
              .formatted(path),
          e);
    } catch (IOException e) {
      throw new ModelException("cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
    if (bytes.length == 0 || bytes.length > maximumBytes) {
      throw new ModelException(
          "%s has %s bytes; expected 1 to %d of a model's file"
              .formatted(
                  path, bytes.length == 0 ? "0" : "more than " + maximumBytes, maximumBytes));
    }
    return bytes;
  }

  private static String sha256(Path path, byte[] model, Map<String, byte[]> weights) {
    StringBuilder lines = new StringBuilder(line(path.getFileName().toString(), model));
    weights.forEach((name, bytes) -> lines.append(line(name, bytes)));
    return Sha256.hex(lines.toString());
  }

  private static String line(String name, byte[] bytes) {
    return "%s  %s\n".formatted(Sha256.hex(bytes), name);
  }
}
