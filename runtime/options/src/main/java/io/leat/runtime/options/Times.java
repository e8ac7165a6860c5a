package io.leat.runtime.options;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Times as people and files write them. */
public final class Times {
  private static final int DATE_LENGTH = "2018-04-08".length();

  private Times() {}

  /**
   * Reads ISO 8601 with an offset, without one (UTC) or as a date (its midnight, UTC); a space may
   * stand for the T.
   *
   * @throws DateTimeException if it is none of these
   */
  public static Instant parse(String text) {
    if (text.length() == DATE_LENGTH) {
      return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    boolean spaced = text.length() > DATE_LENGTH && text.charAt(DATE_LENGTH) == ' ';
    String iso = spaced ? text.replaceFirst(" ", "T") : text;
    boolean offset =
        iso.endsWith("Z")
            || iso.lastIndexOf('+') > DATE_LENGTH
            || iso.lastIndexOf('-') > DATE_LENGTH;
    return offset
        ? OffsetDateTime.parse(iso).toInstant()
        : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
  }
}
