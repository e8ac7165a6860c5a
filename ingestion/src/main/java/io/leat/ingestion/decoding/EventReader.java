package io.leat.ingestion.decoding;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Opens records of one contract. Not thread-safe: one a task. */
public interface EventReader {
  /**
   * Opens a record.
   *
   * @param value its value; null for a tombstone
   * @throws io.leat.schemas.RegistryException if the registry could not be asked
   */
  Opened read(byte @Nullable [] value, Headers headers);
}
