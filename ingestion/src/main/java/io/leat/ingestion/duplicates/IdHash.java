package io.leat.ingestion.duplicates;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * What stands for an event's id: the first 128 bits of the SHA-256 of its UTF-8. Two ids that share
 * them are not to be found, neither by chance nor on purpose.
 */
record IdHash(long high, long low) {
  /** Makes them. Not thread-safe. */
  static final class Hasher {
    private final MessageDigest sha256 = Sha256.digest();

    IdHash hash(String id) {
      ByteBuffer digest = ByteBuffer.wrap(sha256.digest(id.getBytes(UTF_8)));
      return new IdHash(digest.getLong(), digest.getLong());
    }
  }
}
