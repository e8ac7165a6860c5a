package io.leat.models.artifact;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Keeps files under the SHA-256 of their bytes: what is there once never changes. Thread-safe;
 * several processes may share a store.
 */
public abstract class ArtifactStore implements AutoCloseable {
  private static final int SHARD_DIGITS = 2;
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+)://.*");

  /**
   * The store at an address. Nothing is connected to before the store is used.
   *
   * <p>{@code s3://bucket/prefix} is a bucket of Amazon S3, or of whatever speaks its protocol. Who
   * asks, the region and the endpoint come from where all of Amazon's tools have them: {@code
   * AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code AWS_REGION} and, for others than
   * Amazon, {@code AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}; or {@code ~/.aws}.
   *
   * @param address a folder, made when it is first written to; the same as a {@code file:} URI; or
   *     {@code s3://bucket/prefix}
   * @throws LeatException if it is none of these
   */
  public static ArtifactStore open(String address) {
    if (address.startsWith(S3Bucket.SCHEME)) {
      return S3Artifacts.at(address);
    }
    try {
      if (address.startsWith("file:")) {
        return new DirectoryArtifacts(Path.of(URI.create(address)));
      }
      if (!address.isBlank() && !SCHEME.matcher(address).matches()) {
        return new DirectoryArtifacts(Path.of(address));
      }
    } catch (IllegalArgumentException e) {
      throw new LeatException(ErrorCode.SETTING, notAnAddress(address) + " " + e.getMessage(), e);
    }
    throw new LeatException(ErrorCode.SETTING, notAnAddress(address));
  }

  private static String notAnAddress(String address) {
    return "'%s' is no store of artifacts; expected a folder, file:///folder or s3://bucket/prefix."
        .formatted(address);
  }

  /**
   * Keeps a file; does nothing where it is there, whole.
   *
   * @return its SHA-256 in hex
   * @throws LeatException if it could not be kept
   */
  public final String put(byte[] bytes) {
    String sha256 = Sha256.hex(bytes);
    if (!has(sha256) || !Sha256.hex(read(sha256)).equals(sha256)) {
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

  /** Where a file lies within the store, whatever kind it is. */
  static String shard(String sha256) {
    return sha256.substring(0, SHARD_DIGITS) + "/" + sha256;
  }

  abstract void write(String sha256, byte[] bytes);

  abstract byte[] read(String sha256);

  @Override
  public abstract void close();
}
