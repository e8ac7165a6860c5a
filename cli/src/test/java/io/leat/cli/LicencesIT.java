package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every library of the distribution has a licence that {@code security/licences.tsv} lists, and
 * what lies in Leat's own jars beside its classes is named in NOTICE.
 */
class LicencesIT {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project"));
  private static final Path BILL = PROJECT.resolve("target/bom.json");
  private static final Path LIBRARIES = Path.of(System.getProperty("leat.home")).resolve("lib");

  /** The folders of lib that Maven fills with libraries. */
  private static final List<String> FOLDERS = List.of("broker", "services", "flink");

  /**
   * What may be shipped.
   *
   * @param artifacts those whose licence is known otherwise, and what the bill of materials says
   */
  private record Allowed(Set<String> licences, Map<String, String> artifacts) {
    static Allowed read() throws IOException {
      Allowed allowed = new Allowed(new LinkedHashSet<>(), new HashMap<>());
      for (String line : Files.readAllLines(PROJECT.resolve("security/licences.tsv"))) {
        if (line.startsWith("#")) {
          continue;
        }
        String[] columns = line.split("\t", -1);
        switch (columns[0]) {
          case "licence" -> allowed.licences.add(columns[1]);
          case "artifact" -> allowed.artifacts.put(columns[1], columns[2]);
          default -> throw new AssertionError("no licence and no artifact: " + line);
        }
      }
      return allowed;
    }

    /** The rows that let a library be shipped; none where it may not be. */
    Set<String> rows(String artifact, Set<String> its) {
      Set<String> rows = new HashSet<>(its);
      rows.retainAll(licences);
      if (String.join(" ", its).equals(artifacts.get(artifact))) {
        rows.add(artifact);
      }
      return rows;
    }
  }

  /** A library of the bill of materials. */
  private record Library(String artifact, Set<String> licences) {}

  @Test
  void everythingThatIsShippedHasALicenceThatIsListed() throws IOException {
    assumeTrue(
        Files.exists(BILL), "target/bom.json is made by ./mvnw verify, not with -Dsbom.skip");
    Map<String, Library> bill = bill();
    Allowed allowed = Allowed.read();
    Set<String> used = new HashSet<>();
    List<String> refused = new ArrayList<>();
    for (String folder : FOLDERS) {
      List<Path> jars = jars(folder);
      assertThat(jars).as(folder).hasSizeGreaterThan(20);
      for (Path jar : jars) {
        String name = jar.getFileName().toString().replace(".jar", "");
        Library library = library(bill, name);
        Set<String> rows = allowed.rows(library.artifact(), library.licences());
        used.addAll(rows);
        if (rows.isEmpty()) {
          refused.add(name + " has " + library.licences());
        }
      }
    }

    assertThat(refused).isEmpty();
    assertThat(used)
        .as("what is listed is needed; else its row goes")
        .containsAll(allowed.licences())
        .containsAll(allowed.artifacts().keySet());
  }

  @Test
  void aLibraryOfNoneOrOfAnotherLicenceIsRefused() throws IOException {
    Allowed allowed = Allowed.read();

    assertThat(allowed.rows("some-library", Set.of())).isEmpty();
    assertThat(allowed.rows("some-library", Set.of("GPL-3.0-only"))).isEmpty();
    assertThat(allowed.rows("datasketches-memory", Set.of("GPL-3.0-only"))).isEmpty();
    assertThat(allowed.rows("some-library", Set.of("GPL-3.0-only", "Apache-2.0")))
        .containsExactly("Apache-2.0");
  }

  @Test
  void aPackageOfOthersInAJarOfLeatIsNamedInTheNotice() throws IOException {
    String notice = Files.readString(PROJECT.resolve("NOTICE"));
    Set<String> foreign = new LinkedHashSet<>();
    for (String folder : List.of("services", "flink")) {
      for (Path jar : jars(folder)) {
        if (jar.getFileName().toString().startsWith("leat-")) {
          try (JarFile opened = new JarFile(jar.toFile())) {
            opened.stream().map(JarEntry::getName).forEach(entry -> addForeign(entry, foreign));
          }
        }
      }
    }

    assertThat(foreign).contains("org.apache.flink.avro").allMatch(notice::contains);
  }

  /** Adds the first four names of the package of a class that is not Leat's. */
  private static void addForeign(String entry, Set<String> foreign) {
    if (entry.endsWith(".class") && !entry.startsWith("io/leat/")) {
      List<String> names = List.of(entry.split("/", -1));
      foreign.add(String.join(".", names.subList(0, Math.min(4, names.size() - 1))));
    }
  }

  private static List<Path> jars(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(LIBRARIES.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** The library that a jar is; its name may go on behind the version. */
  private static Library library(Map<String, Library> bill, String jar) {
    String name = jar;
    while (!bill.containsKey(name) && name.contains("-")) {
      name = name.substring(0, name.lastIndexOf('-'));
    }
    assertThat(bill).as("%s is in the bill of materials", jar).containsKey(name);
    return bill.get(name);
  }

  /** By artifact and version, as a jar is named. */
  private static Map<String, Library> bill() throws IOException {
    Map<String, Library> libraries = new HashMap<>();
    for (JsonNode component : new JsonMapper().readTree(BILL.toFile()).path("components")) {
      Set<String> licences = new HashSet<>();
      for (JsonNode choice : component.path("licenses")) {
        JsonNode licence = choice.path("license");
        licences.add(
            licence
                .path("id")
                .asText(licence.path("name").asText(choice.path("expression").asText())));
      }
      String artifact = component.path("name").asText();
      libraries.put(
          artifact + "-" + component.path("version").asText(), new Library(artifact, licences));
    }
    return libraries;
  }
}
