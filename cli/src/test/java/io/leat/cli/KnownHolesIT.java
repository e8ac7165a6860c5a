package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the distribution is made of has no hole that {@code security/advisories.tsv} lists without a
 * reason: the libraries of the bill of materials, and the jars of the registry, which is unpacked.
 */
class KnownHolesIT {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project"));
  private static final Path BILL = PROJECT.resolve("target/bom.json");
  private static final Path REGISTRY =
      Path.of(System.getProperty("leat.home")).resolve("lib/registry");

  /**
   * {@code group.artifact-version.jar}, as the registry names its jars; the group may be absent.
   */
  private static final Pattern JAR =
      Pattern.compile("(?:modified-)?(?:.*\\.)?([A-Za-z][\\w-]*?(?:-v\\d)?)-(\\d.*)\\.jar");

  /** A library that is shipped. */
  private record Library(String artifact, String version) {}

  /**
   * @param affected ranges of versions, {@code A..B}: from A, before B
   * @param accepted why it does no harm here; {@code -} where it does
   */
  private record Advisory(String artifact, List<String> affected, String id, String accepted) {
    static Advisory parse(String line) {
      String[] columns = line.split("\t");
      assertThat(columns).as(line).hasSize(4);
      return new Advisory(columns[0], Arrays.asList(columns[1].split(" ")), columns[2], columns[3]);
    }

    boolean affects(Library library) {
      return artifact.equals(library.artifact())
          && affected.stream().anyMatch(range -> isWithin(range, library.version()));
    }

    private static boolean isWithin(String range, String version) {
      String[] ends = range.split("\\.\\.(?=\\d)", -1);
      Version found = Version.parse(version);
      return (ends[0].isEmpty() || found.compareTo(Version.parse(ends[0])) >= 0)
          && found.compareTo(Version.parse(ends[1])) < 0;
    }
  }

  @Test
  void nothingThatIsShippedHasAHoleThatIsNotAccepted() throws IOException {
    assumeTrue(
        Files.exists(BILL), "target/bom.json is made by ./mvnw verify, not with -Dsbom.skip");
    Set<Library> shipped = shipped();
    assertThat(shipped.stream().map(Library::artifact))
        .contains(
            "netty-codec-http", "kafka_2.13", "flink-runtime", "h2", "apicurio-registry-common");

    List<String> open = new ArrayList<>();
    Set<Advisory> used = new LinkedHashSet<>();
    for (Advisory advisory : advisories()) {
      for (Library library : shipped) {
        if (advisory.affects(library)) {
          used.add(advisory);
          if (advisory.accepted().equals("-")) {
            open.add(library + " has " + advisory.id());
          }
        }
      }
    }

    assertThat(open).isEmpty();
    assertThat(advisories().stream().filter(a -> !a.accepted().equals("-")))
        .as("what is accepted is still there; else its row goes")
        .allMatch(used::contains);
  }

  @Test
  void anAffectedVersionIsSeenAndItsMendedOneIsNot() throws IOException {
    List<Advisory> advisories = advisories();
    for (Library affected :
        List.of(
            new Library("netty-codec-http", "4.1.118.Final"),
            new Library("netty-codec-http", "4.2.7.Final"),
            new Library("json-smart", "2.5.0"),
            new Library("commons-beanutils", "1.9.4"))) {
      assertThat(advisories).as("%s", affected).anyMatch(advisory -> advisory.affects(affected));
    }
    for (Library mended :
        List.of(
            new Library("netty-codec-http", "4.1.137.Final"),
            new Library("netty-codec-http", "4.2.18.Final"),
            new Library("json-smart", "2.6.1"),
            new Library("commons-beanutils", "1.11.0"))) {
      assertThat(advisories).as("%s", mended).noneMatch(advisory -> advisory.affects(mended));
    }
  }

  private static List<Advisory> advisories() throws IOException {
    return Files.readAllLines(PROJECT.resolve("security/advisories.tsv")).stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(Advisory::parse)
        .toList();
  }

  private static Set<Library> shipped() throws IOException {
    Set<Library> libraries = new LinkedHashSet<>();
    for (JsonNode component : new JsonMapper().readTree(BILL.toFile()).path("components")) {
      libraries.add(
          new Library(component.path("name").asText(), component.path("version").asText()));
    }
    try (Stream<Path> files = Files.walk(REGISTRY)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jar")).toList()) {
        Matcher jar = JAR.matcher(file.getFileName().toString());
        if (jar.matches()) {
          libraries.add(new Library(jar.group(1), jar.group(2)));
        }
      }
    }
    return libraries;
  }
}
