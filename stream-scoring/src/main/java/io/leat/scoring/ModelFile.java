package io.leat.scoring;

import io.leat.pipeline.Model;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A model's ONNX file, read once, so that what was checked is what is run.
 *
 * @param path where it was read, for messages
 * @param bytes its content; not to be changed
 * @param sha256 its SHA-256 in hex
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, shared and never changed
record ModelFile(Path path, byte[] bytes, String sha256) {
  /** A larger file is more likely a mistake than a model to run for every event. */
  private static final int MAXIMUM_BYTES = 512 << 20;

  /**
   * Reads a model's artifact.
   *
   * @throws ModelException if it is absent, unreadable, empty or too large
   */
  static ModelFile read(Model model) {
    return read(model, MAXIMUM_BYTES);
  }

  static ModelFile read(Model model, int maximumBytes) {
    Path path = model.artifact();
    byte[] bytes;
    try (InputStream file = Files.newInputStream(path)) {
      bytes = file.readNBytes(maximumBytes + 1);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "Model %s has no file at %s. Train it with 'leat train', or put the ONNX file there."
              .formatted(model.name(), path),
          e);
    } catch (IOException e) {
      throw new ModelException(
          "Model %s: cannot read %s: %s".formatted(model.name(), path, e.getMessage()), e);
    }
    if (bytes.length == 0 || bytes.length > maximumBytes) {
      throw new ModelException(
          "Model %s: %s has %s bytes; expected an ONNX file of 1 to %d bytes"
              .formatted(
                  model.name(),
                  path,
                  bytes.length == 0 ? "0" : "more than " + maximumBytes,
                  maximumBytes));
    }
    return new ModelFile(path, bytes, sha256(bytes));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
