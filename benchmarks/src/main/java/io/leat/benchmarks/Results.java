package io.leat.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.internals.AppInfoParser;

/** What a benchmark found, to the console and to the end of a file, in Markdown. */
final class Results {
  private final StringBuilder text = new StringBuilder();
  private final Path file;

  /**
   * @param file takes the results; made where missing
   * @param command the command line that made them
   */
  Results(Path file, String command) {
    this.file = file;
    line("");
    line("## %s: `%s`", LocalDate.now(ZoneOffset.UTC), command);
    line("");
    line("%s", machine());
    line("");
  }

  /** Adds a line, and shows it at once. */
  void line(String format, Object... arguments) {
    String line = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
    System.out.println(line);
    text.append(line).append('\n');
  }

  void append() {
    line("");
    line("Load at the end (1, 5, 15 minutes): %s.", find("/proc/loadavg", "^(\\S+ \\S+ \\S+)"));
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String machine() {
    return "%s, %d cores, %d GB; %s %s; Java %s; Kafka %s; load %s at the start."
        .formatted(
            find("/proc/cpuinfo", "model name\\s*: (.*)").strip(),
            Runtime.getRuntime().availableProcessors(),
            Math.round(Double.parseDouble(find("/proc/meminfo", "MemTotal:\\s*(\\d+)")) / 1048576),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("java.runtime.version"),
            AppInfoParser.getVersion(),
            find("/proc/loadavg", "^(\\S+)"));
  }

  private static String find(String file, String pattern) {
    try {
      Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
      return matcher.find() ? matcher.group(1) : "unknown";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
