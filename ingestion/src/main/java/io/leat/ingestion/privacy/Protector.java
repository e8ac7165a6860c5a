package io.leat.ingestion.privacy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.ingestion.rules.FieldWalk;
import io.leat.pipeline.definition.ProtectedFields;
import io.leat.pipeline.definition.Protection;
import io.leat.pipeline.definition.Protection.Method;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts in place of sensitive values what may be seen. Not thread-safe: one a task.
 *
 * <p>An encrypted text begins with {@code leat:1:}, and base64 of {@link Cipher256}'s layout
 * follows.
 */
public final class Protector {
  /** What stands for a redacted text. */
  static final String REDACTED = "***";

  /** What an encrypted text begins with. */
  public static final String ENCRYPTED = "leat:1:";

  private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);

  private interface Change {
    @Nullable Object of(Object value, Schema.Field field, Schema schema);
  }

  private final Map<String, Protection> fields;
  private final Map<String, Change> changes = new HashMap<>();
  private final FieldWalk.Visitor walk = new Walk();
  private final @Nullable Schema flat;
  private final int[] positions;
  private final Change[] inOrder;

  /**
   * @param fields path of each protected field to its protection
   * @throws io.leat.common.LeatException with one sentence if a key cannot be read
   */
  public Protector(Map<String, Protection> fields, Schema schema) {
    this.fields = fields;
    fields.forEach((path, protection) -> changes.put(path, change(protection)));
    boolean plain =
        fields.keySet().stream()
            .allMatch(path -> schema.getField(path) != null && isPlain(schema.getField(path)));
    this.flat = plain ? schema : null;
    this.positions =
        plain
            ? fields.keySet().stream().mapToInt(path -> schema.getField(path).pos()).toArray()
            : new int[0];
    this.inOrder =
        plain ? fields.keySet().stream().map(changes::get).toArray(Change[]::new) : new Change[0];
  }

  /** Changes an event; says whether anything was changed. */
  public boolean protect(GenericRecord event) {
    if (changes.isEmpty()) {
      return false;
    }
    if (flat == null) {
      return FieldWalk.visit(event, walk);
    }
    boolean changed = false;
    for (int i = 0; i < positions.length; i++) {
      Object value = event.get(positions[i]);
      if (value != null) {
        Schema.Field field = flat.getFields().get(positions[i]);
        event.put(positions[i], inOrder[i].of(value, field, valueSchema(field.schema())));
        changed = true;
      }
    }
    return changed;
  }

  /** Texts are changed one by one, wherever they lie; what is dropped is dropped as a whole. */
  private final class Walk implements FieldWalk.Visitor {
    @Override
    public @Nullable Object field(String path, Schema.Field field, Object value) {
      Protection protection = fields.get(path);
      boolean whole =
          protection != null
              && (protection.method() == Method.DROP
                  || protection.method() == Method.REDACT
                      && !ProtectedFields.isText(field.schema()));
      return whole ? dropped(field) : value;
    }

    @Override
    public @Nullable Object visit(
        String path, GenericRecord record, Schema.Field field, Object value, Schema schema) {
      Change change = changes.get(path);
      return change == null ? value : change.of(value, field, schema);
    }
  }

  private static boolean isPlain(Schema.Field field) {
    return switch (valueSchema(field.schema()).getType()) {
      case RECORD, ARRAY, MAP, UNION -> false;
      default -> true;
    };
  }

  private static Schema valueSchema(Schema schema) {
    if (schema.getType() != Schema.Type.UNION || schema.getTypes().size() != 2) {
      return schema;
    }
    return schema.getTypes().get(schema.getTypes().get(0).getType() == Schema.Type.NULL ? 1 : 0);
  }

  private static Change change(Protection protection) {
    return switch (protection.method()) {
      case HMAC -> {
        Mac mac = Cipher256.hmac(SecretKeys.read(protection.keys().get(0)));
        yield (value, field, schema) -> hmac(mac, value);
      }
      case ENCRYPT -> {
        Cipher256 cipher = new Cipher256(protection.keys());
        yield (value, field, schema) -> encrypt(cipher, value);
      }
      case TRUNCATE -> (value, field, schema) -> truncate(value, protection.length());
      case REDACT ->
          (value, field, schema) ->
              schema.getType() == Schema.Type.STRING && schema.getLogicalType() == null
                  ? REDACTED
                  : schema.getType() == Schema.Type.BYTES && schema.getLogicalType() == null
                      ? ByteBuffer.allocate(0)
                      : dropped(field);
      case DROP -> (value, field, schema) -> dropped(field);
    };
  }

  private static Object hmac(Mac mac, Object value) {
    byte[] digest = mac.doFinal(bytes(value));
    return value instanceof ByteBuffer ? ByteBuffer.wrap(digest) : hex(digest);
  }

  /** As {@link java.util.HexFormat} has it, in a third of the time. */
  private static String hex(byte[] bytes) {
    byte[] digits = new byte[2 * bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      digits[2 * i] = HEX[bytes[i] >>> 4 & 0xF];
      digits[2 * i + 1] = HEX[bytes[i] & 0xF];
    }
    return new String(digits, ISO_8859_1);
  }

  private static Object encrypt(Cipher256 cipher, Object value) {
    byte[] encrypted = cipher.encrypt(bytes(value));
    return value instanceof ByteBuffer
        ? ByteBuffer.wrap(encrypted)
        : ENCRYPTED + Base64.getEncoder().encodeToString(encrypted);
  }

  /** Whole characters stay whole: a pair of surrogates counts as one. */
  private static Object truncate(Object value, int length) {
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = bytes(buffer);
      return ByteBuffer.wrap(java.util.Arrays.copyOf(bytes, Math.min(length, bytes.length)));
    }
    String text = value.toString();
    return text.codePointCount(0, text.length()) <= length
        ? text
        : text.substring(0, text.offsetByCodePoints(0, length));
  }

  private static @Nullable Object dropped(Schema.Field field) {
    return field.schema().isNullable() ? null : GenericData.get().getDefaultValue(field);
  }

  private static byte[] bytes(Object value) {
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return bytes;
    }
    return value.toString().getBytes(UTF_8);
  }
}
