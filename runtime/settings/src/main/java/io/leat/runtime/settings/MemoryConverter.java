package io.leat.runtime.settings;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads amounts of memory: {@code 256MB} is 256 times 2^20 bytes. */
public final class MemoryConverter implements ITypeConverter<MemorySize> {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(KB|MB|GB)");

  @Override
  public MemorySize convert(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is no amount of memory; expected a whole number and KB, MB or GB, as in 256MB");
    }
    return new MemorySize(
        Long.parseLong(matcher.group(1))
            << switch (matcher.group(2)) {
              case "KB" -> 10;
              case "MB" -> 20;
              default -> 30;
            });
  }
}
