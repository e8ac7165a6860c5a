package io.leat.runtime.settings;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

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
    return parse(text, ZoneOffset.UTC);
  }

  /**
   * Reads the same; a time without an offset, and a date, is one of a zone's clocks.
   *
   * @throws AmbiguousTimeException if those clocks showed that time twice or never
   * @throws DateTimeException if it is no time
   */
  public static Instant parse(String text, ZoneId zone) {
    if (text.length() == DATE_LENGTH) {
      return LocalDate.parse(text).atStartOfDay(zone).toInstant();
    }
    boolean spaced = text.length() > DATE_LENGTH && text.charAt(DATE_LENGTH) == ' ';
    String iso = spaced ? text.replaceFirst(" ", "T") : text;
    boolean offset =
        iso.endsWith("Z")
            || iso.lastIndexOf('+') > DATE_LENGTH
            || iso.lastIndexOf('-') > DATE_LENGTH;
    return offset ? OffsetDateTime.parse(iso).toInstant() : at(LocalDateTime.parse(iso), zone);
  }

  /**
   * The moment that a zone's clocks show a time.
   *
   * @throws AmbiguousTimeException if they showed it twice or never
   */
  public static Instant at(LocalDateTime local, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.size() != 1) {
      throw new AmbiguousTimeException(
          "clocks of %s showed it %s when they were changed"
              .formatted(zone, offsets.isEmpty() ? "never, it was skipped" : "twice"));
    }
    return local.toInstant(offsets.get(0));
  }

  /** A local time that is no one moment; the message completes a sentence about it. */
  public static final class AmbiguousTimeException extends DateTimeException {
    private static final long serialVersionUID = 1L;

    AmbiguousTimeException(String message) {
      super(message);
    }
  }
}
