package io.leat.pipeline.definition;

import java.util.List;

/**
 * How sensitive values leave ingestion.
 *
 * @param target which fields
 * @param length for {@code truncate}: how many characters or bytes stay; else 0
 * @param keys for {@code hmac} one, for {@code encrypt} one or more: the first encrypts, all
 *     decrypt
 */
public record Protection(Target target, Method method, int length, List<KeySource> keys) {
  public Protection {
    keys = List.copyOf(keys);
  }

  /** What is done to a value. */
  public enum Method {
    /** HMAC-SHA-256 in hex: equal values stay equal, so that it can be a key. */
    HMAC,
    /** {@code ***}; null or the default where the field is no text. */
    REDACT,
    /** The first characters of a text, the first bytes of bytes. */
    TRUNCATE,
    /** Null, or the default where the field cannot be null. */
    DROP,
    /** AES-256-GCM with a fresh nonce, and the key's id before it. */
    ENCRYPT
  }

  /** The fields that a protection is for. */
  public sealed interface Target {
    /** Every field that bears a tag, in the schema, the contract or the registry. */
    record Tag(String tag) implements Target {
      @Override
      public String toString() {
        return "tag " + tag;
      }
    }

    /**
     * One field, by its path: {@code address.street}. Lists and maps on the way are gone through.
     */
    record Field(String path) implements Target {
      @Override
      public String toString() {
        return "field " + path;
      }
    }
  }
}
