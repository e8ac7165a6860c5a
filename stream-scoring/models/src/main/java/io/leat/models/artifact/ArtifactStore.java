package io.leat.models.artifact;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import java.nio.file.Path;

/**
 * Keeps files under the SHA-256 of their bytes: what is there once never changes. Thread-safe;
 * several processes may share a store.
 */
public abstract class ArtifactStore implements AutoCloseable {
  /**
   * The store at an address.
   *
   * @param address a folder, made when it is first written to
   */
  public static ArtifactStore open(String address) {
    return new DirectoryArtifacts(Path.of(address));
  }

  /**
   * Keeps a file; does nothing where it is there.
   *
   * @return its SHA-256 in hex
   * @throws LeatException if it could not be kept
   */
  public final String put(byte[] bytes) {
    String sha256 = Sha256.hex(bytes);
    if (!has(sha256)) {
      write(sha256, bytes);
    }
    return sha256;
  }

  /**
   * A file's bytes.
   *
   * @param sha256 in hex
   * @throws LeatException if there is no such file, or its bytes are others than its name says
   */
  public final byte[] get(String sha256) {
    byte[] bytes = read(sha256);
    String found = Sha256.hex(bytes);
    if (!found.equals(sha256)) {
      throw new LeatException(
          ErrorCode.MODEL,
          "The artifact %s holds other bytes than were published: their SHA-256 is %s. Put the file back that was there, from a copy of the store, or publish the model again."
              .formatted(place(sha256), found));
    }
    return bytes;
  }

  /** Whether a file is there. */
  public abstract boolean has(String sha256);

  /** Takes a file away; does nothing where there is none. */
  public abstract void delete(String sha256);

  /** Where a file lies, for messages. */
  public abstract String place(String sha256);

  abstract void write(String sha256, byte[] bytes);

  abstract byte[] read(String sha256);

  @Override
  public abstract void close();
}
