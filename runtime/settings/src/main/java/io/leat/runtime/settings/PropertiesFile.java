package io.leat.runtime.settings;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.schemas.OwnerOnly;
import io.leat.schemas.Secrets;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A Java properties file in UTF-8, as Kafka's own tools take it. */
public final class PropertiesFile {
  private PropertiesFile() {}

  /**
   * Reads a file.
   *
   * @param what what it holds, for the message: {@code Kafka settings}
   * @throws LeatException with one clear sentence if it cannot be read, or holds a secret and
   *     others than its owner can read it
   */
  public static Map<String, String> read(Path file, String what) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.NOT_WRITABLE,
          "Cannot read the %s in %s: %s".formatted(what, file, e.getMessage()),
          e);
    }
    Map<String, String> settings = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> settings.put(name, properties.getProperty(name)));
    if (settings.entrySet().stream()
        .anyMatch(setting -> Secrets.holds(setting.getKey(), setting.getValue()))) {
      OwnerOnly.problem(file)
          .ifPresent(
              problem -> {
                throw new LeatException(ErrorCode.SECRET, problem);
              });
    }
    return settings;
  }
}
