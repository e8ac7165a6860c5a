package io.leat.ingestion.privacy;

import io.leat.pipeline.definition.KeySource;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with a fresh random nonce of 96 bits a value, under keys that
 * rotate: the first encrypts, all decrypt. Not thread-safe.
 *
 * <p>An encrypted value is
 *
 * <pre>
 * byte 0       1, the version of this layout
 * bytes 1-8    id of the key: the first 8 bytes of HMAC-SHA-256(key, "leat key id")
 * bytes 9-20   nonce
 * bytes 21-    ciphertext and tag of 16 bytes; bytes 0-8 are authenticated with it
 * </pre>
 *
 * <p>Random nonces allow 2^32 values a key (SP 800-38D, 8.3); rotate before.
 */
public final class Cipher256 {
  private static final byte VERSION = 1;
  private static final int ID_LENGTH = 8;
  private static final int HEADER_LENGTH = 1 + ID_LENGTH;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;

  private final SecureRandom random = new SecureRandom();
  private final Map<ByteBuffer, SecretKeySpec> keys = new LinkedHashMap<>();

  /**
   * @throws io.leat.common.LeatException with one sentence if a key cannot be read
   */
  public Cipher256(List<KeySource> sources) {
    for (KeySource source : sources) {
      byte[] key = SecretKeys.read(source);
      keys.put(ByteBuffer.wrap(id(key)), new SecretKeySpec(key, "AES"));
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("a cipher needs a key");
    }
  }

  /** The value under the first key. */
  public byte[] encrypt(byte[] value) {
    Map.Entry<ByteBuffer, SecretKeySpec> first = keys.entrySet().iterator().next();
    byte[] nonce = new byte[NONCE_LENGTH];
    random.nextBytes(nonce);
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_LENGTH + NONCE_LENGTH + value.length + TAG_BITS / 8);
    out.put(VERSION).put(first.getKey().array()).put(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, first.getValue(), nonce);
      cipher.updateAAD(out.array(), 0, HEADER_LENGTH);
      cipher.doFinal(ByteBuffer.wrap(value), out);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform encrypts with AES-GCM", e);
    }
    return out.array();
  }

  /**
   * The value as it was.
   *
   * @throws IllegalArgumentException with one sentence if it is no encrypted value, none of the
   *     keys is its key, or it was tampered with
   */
  public byte[] decrypt(byte[] encrypted) {
    if (encrypted.length < HEADER_LENGTH + NONCE_LENGTH + TAG_BITS / 8 || encrypted[0] != VERSION) {
      throw new IllegalArgumentException(
          "no encrypted value of layout %d: %d bytes".formatted(VERSION, encrypted.length));
    }
    SecretKeySpec key = keys.get(ByteBuffer.wrap(Arrays.copyOfRange(encrypted, 1, HEADER_LENGTH)));
    if (key == null) {
      throw new IllegalArgumentException(
          "it was encrypted with another key than the %d given".formatted(keys.size()));
    }
    try {
      Cipher cipher =
          cipher(
              Cipher.DECRYPT_MODE,
              key,
              Arrays.copyOfRange(encrypted, HEADER_LENGTH, HEADER_LENGTH + NONCE_LENGTH));
      cipher.updateAAD(encrypted, 0, HEADER_LENGTH);
      int start = HEADER_LENGTH + NONCE_LENGTH;
      return cipher.doFinal(encrypted, start, encrypted.length - start);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("its bytes were changed since it was encrypted", e);
    }
  }

  private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }

  private static byte[] id(byte[] key) {
    return Arrays.copyOf(
        hmac(key).doFinal("leat key id".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
        ID_LENGTH);
  }

  static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
    }
  }
}
