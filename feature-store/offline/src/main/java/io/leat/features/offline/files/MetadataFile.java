package io.leat.features.offline.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.NotFoundException;

/**
 * A table's metadata file. One that is damaged is told of at once: Iceberg takes it for an outage
 * of storage and reads it twenty times more, for a minute and a half.
 */
final class MetadataFile {
  private static final String ENDING = ".metadata.json";
  private static final JsonFactory JSON = new JsonFactory();

  private MetadataFile() {}

  static boolean is(String location) {
    return location.endsWith(ENDING);
  }

  /**
   * @throws NotFoundException with one sentence if the file is not there as a whole; Iceberg does
   *     not try that again
   */
  static void requireWhole(Path file) {
    problem(file)
        .ifPresent(
            problem -> {
              throw new NotFoundException(
                  "The metadata file %s of an offline table is damaged (%s), and the catalog names it as the newest. Put it back from a backup; or %s. The table's data files are not touched.",
                  file, problem, older(file));
            });
  }

  private static String older(Path file) {
    try (Stream<Path> beside = Files.list(file.getParent())) {
      return beside
          .filter(one -> is(one.toString()) && !one.equals(file) && problem(one).isEmpty())
          .max(Comparator.comparing(one -> one.getFileName().toString())) // numbered, with zeros
          .map(
              one ->
                  "let the table go back to the one before, which lacks its last commit, by setting metadata_location of the table in the catalog (catalog.db: iceberg_tables) to file://"
                      + one)
          .orElse("move the table away and let the job make it again");
    } catch (IOException e) {
      return "look for an older one beside it, which could not be listed (%s)".formatted(e);
    }
  }

  /** What is wrong with a file; empty where it is one whole JSON object. */
  private static Optional<String> problem(Path file) {
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.of("it is no JSON object");
      }
      parser.skipChildren();
      return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null
          ? Optional.empty()
          : Optional.of("it ends within its object, or goes on behind it");
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable"));
    }
  }
}
