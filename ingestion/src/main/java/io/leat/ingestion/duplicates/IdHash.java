package io.leat.ingestion.duplicates;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What stands for an event's id: the first 128 bits of the SHA-256 of its UTF-8. Two ids that share
 * them are not to be found, neither by chance nor on purpose.
 */
record IdHash(long high, long low) {
  /** Makes them. Not thread-safe. */
  static final class Hasher {
    private final MessageDigest sha256;

    Hasher() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    IdHash hash(String id) {
      ByteBuffer digest = ByteBuffer.wrap(sha256.digest(id.getBytes(UTF_8)));
      return new IdHash(digest.getLong(), digest.getLong());
    }
  }
}
