package io.leat.features.server;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request for online features, whichever endpoint it came by.
 *
 * @param names what is asked for
 * @param entities column to one value a row, in the request's order: keys of entities, and fields
 *     of the event that features are wanted for. Every list has the same length. A value is String,
 *     Long, {@link java.math.BigInteger}, Double, Boolean or null
 * @param asOf the time to evaluate at; empty: now. Leat's own; Feast has no such field
 * @param versionMetadata whether the answer names the views that were read, with their versions
 * @param nullReasons whether the answer says why values are null. Leat's own, too
 */
record OnlineRequest(
    Names names,
    Map<String, List<@Nullable Object>> entities,
    Optional<Instant> asOf,
    boolean versionMetadata,
    boolean nullReasons) {
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  /**
   * Names of features.
   *
   * @param features references {@code view:feature} or {@code view@v2:feature}; empty where a
   *     service is asked for
   * @param service name of a service; empty where features are asked for
   * @param full whether names in the answer are {@code view__feature}
   */
  record Names(List<String> features, Optional<String> service, boolean full) {
    /**
     * @throws RequestException unless it is either features or a service
     */
    void check() throws RequestException {
      if (features.isEmpty() == service.isEmpty()) {
        throw new RequestException(
            RequestException.Kind.SENSELESS,
            "The request names %s; expected either features or feature_service.",
            features.isEmpty() ? "no features" : "both features and feature_service");
      }
    }
  }

  /**
   * Checks what the records' types leave open.
   *
   * @throws RequestException if it makes no sense
   */
  OnlineRequest check() throws RequestException {
    names.check();
    if (entities.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.SENSELESS,
          "entities is empty; expected columns of keys, each with one key a row.");
    }
    Map.Entry<String, List<@Nullable Object>> first = entities.entrySet().iterator().next();
    for (Map.Entry<String, List<@Nullable Object>> column : entities.entrySet()) {
      if (column.getValue().size() != first.getValue().size()) {
        throw new RequestException(
            RequestException.Kind.SENSELESS,
            "entities.%s has %d keys and entities.%s has %d; expected the same number in each.",
            first.getKey(),
            first.getValue().size(),
            column.getKey(),
            column.getValue().size());
      }
    }
    return this;
  }

  /** Number of rows that are asked for. */
  int rows() {
    return entities.values().iterator().next().size();
  }

  /**
   * Reads a time, to the microsecond; further digits are cut off.
   *
   * @param text after RFC 3339
   * @throws RequestException if it is no time, or not of the years 1 to 9999
   */
  static Instant time(String text) throws RequestException {
    return exactTime(text).truncatedTo(ChronoUnit.MICROS);
  }

  /** As {@link #time}, with every digit that the text has. */
  static Instant exactTime(String text) throws RequestException {
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
        return time;
      }
    } catch (DateTimeException e) {
      throw noTime(text);
    }
    throw noTime(text);
  }

  private static RequestException noTime(String text) {
    return new RequestException(
        RequestException.Kind.MALFORMED,
        "as_of is '%s'; expected a time after RFC 3339, such as 2026-11-23T19:30:00Z.",
        text);
  }
}
