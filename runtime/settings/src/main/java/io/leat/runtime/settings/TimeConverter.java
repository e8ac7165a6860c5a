package io.leat.runtime.settings;

import java.time.DateTimeException;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times of flags as {@link Times} does: a date, or a time with or without an offset. */
public final class TimeConverter implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    try {
      return Times.parse(text);
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "'" + text + "' is no time; expected one such as 2026-05-01 or 2026-05-01T12:00:00Z");
    }
  }
}
