package io.leat.runtime.settings;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a file of rows is written: what every command takes that reads one. */
public final class RowFileOptions {
  private static final Set<String> TRUE = Set.of("true", "t", "1", "yes", "y", "ja", "j");
  private static final Set<String> FALSE = Set.of("false", "f", "0", "no", "n", "nein");

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      converter = DelimiterConverter.class,
      description = "CSV: what stands between two values: one character, or tab. Default: a comma.")
  private @Nullable Character delimiter;

  @Option(
      names = "--decimal",
      paramLabel = "CHAR",
      converter = DecimalConverter.class,
      description = "CSV: what stands before a number's decimals, . or a comma. Default: .")
  private @Nullable Character decimal;

  @Option(
      names = "--time-format",
      paramLabel = "FORMAT",
      description =
          "How times are written: iso, epoch_seconds, epoch_millis, epoch_micros, epoch_nanos, or a"
              + " pattern such as 'dd.MM.yyyy HH:mm:ss'. Default: ISO 8601, or milliseconds since"
              + " 1970.")
  private @Nullable String timeFormat;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      converter = ZoneConverter.class,
      description =
          "Zone of times that are written without an offset, such as Europe/Berlin or +01:00."
              + " Default: UTC.")
  private ZoneId timeZone = ZoneOffset.UTC;

  @Option(
      names = "--truncate-times",
      description =
          "Cut off what of a time is finer than its field holds. Default: such rows do not fit.")
  private boolean timesTruncated;

  @Option(
      names = "--null",
      paramLabel = "TEXT",
      description =
          "A text that stands for null, such as NA or NaN, beside the empty one; may be given more"
              + " than once.")
  private List<String> nulls = new ArrayList<>();

  @Option(
      names = "--true",
      paramLabel = "TEXT",
      description = "A text that stands for true, beside true, t, 1, yes, y, ja and j.")
  private List<String> truths = new ArrayList<>();

  @Option(
      names = "--false",
      paramLabel = "TEXT",
      description = "A text that stands for false, beside false, f, 0, no, n and nein.")
  private List<String> falsehoods = new ArrayList<>();

  @Option(
      names = "--rename",
      paramLabel = "COLUMN=NAME",
      description =
          "Take a column of the file for one of another name; may be given more than once.")
  private Map<String, String> renames = new LinkedHashMap<>();

  /** Empty: none was given. */
  public Optional<Character> delimiter() {
    return Optional.ofNullable(delimiter);
  }

  /** Empty: none was given. */
  public Optional<Character> decimal() {
    return Optional.ofNullable(decimal);
  }

  /** As it was given. */
  public Optional<String> timeFormat() {
    return Optional.ofNullable(timeFormat);
  }

  public ZoneId timeZone() {
    return timeZone;
  }

  /** Whether what is finer than a field's unit is cut off. */
  public boolean timesTruncated() {
    return timesTruncated;
  }

  /** Texts that stand for null, beside the empty one. */
  public Set<String> nulls() {
    return Set.copyOf(nulls);
  }

  /** In lower case. */
  public Set<String> truths() {
    return lowerCase(TRUE, truths);
  }

  /** In lower case. */
  public Set<String> falsehoods() {
    return lowerCase(FALSE, falsehoods);
  }

  private static Set<String> lowerCase(Set<String> usual, List<String> more) {
    Set<String> all = new HashSet<>(usual);
    more.forEach(text -> all.add(text.toLowerCase(Locale.ROOT)));
    return all;
  }

  /** Name of a column in the file to the name that it is taken for. */
  public Map<String, String> renames() {
    return Map.copyOf(renames);
  }

  static final class DelimiterConverter implements ITypeConverter<Character> {
    @Override
    public Character convert(String text) {
      String one = text.equals("tab") || text.equals("\\t") ? "\t" : text;
      if (one.length() != 1 || "\"\r\n\0".contains(one)) {
        throw new TypeConversionException(
            "'" + text + "' is no delimiter; expected one character, or tab");
      }
      return one.charAt(0);
    }
  }

  static final class DecimalConverter implements ITypeConverter<Character> {
    @Override
    public Character convert(String text) {
      if (!text.equals(".") && !text.equals(",")) {
        throw new TypeConversionException("'" + text + "'; expected . or a comma");
      }
      return text.charAt(0);
    }
  }

  static final class ZoneConverter implements ITypeConverter<ZoneId> {
    @Override
    public ZoneId convert(String text) {
      try {
        return ZoneId.of(text);
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "'" + text + "' is no time zone; expected one such as Europe/Berlin, UTC or +01:00");
      }
    }
  }
}
