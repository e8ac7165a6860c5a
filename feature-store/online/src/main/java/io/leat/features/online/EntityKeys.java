package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Entity;
import io.leat.schemas.Topics;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * An entity's key as stores and topics hold it: the UTF-8 of its text, the same for a string, an
 * int or a long that reads alike.
 */
public final class EntityKeys {
  private EntityKeys() {}

  /** The text of the entity's key in an event; null where the event has none. */
  static @Nullable String text(Entity entity, GenericRecord event) {
    Object key = event.get(entity.key());
    return key == null ? null : key.toString();
  }

  /** The bytes that stand for a key in stores, changelogs and re-keyed topics. */
  public static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** The partition that a key belongs to: where Kafka's own clients put records of that key. */
  static int partition(byte[] key, int partitions) {
    return Topics.partition(key, partitions);
  }
}
