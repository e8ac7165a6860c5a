package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link within the documentation leads to a file, and to a heading of it. */
class DocumentationLinksTest {
  private static final Path PROJECT =
      Path.of(System.getProperty("leat.project", "..")).toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern TEXT_OF_LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");
  private static final Pattern HEADING = Pattern.compile("#+\\s+(.*\\S)\\s*");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    int links = 0;
    for (Path page : pages()) {
      List<String> lines = Files.readAllLines(page);
      for (int line = 0; line < lines.size(); line++) {
        Matcher link = LINK.matcher(lines.get(line));
        while (link.find()) {
          links++;
          if (!leads(page, link.group(1))) {
            dead.add("%s:%d: %s".formatted(PROJECT.relativize(page), line + 1, link.group(1)));
          }
        }
      }
    }

    assertThat(dead).isEmpty();
    assertThat(links).isGreaterThan(300);
  }

  @Test
  void aDeadLinkIsFound() {
    Path page = PROJECT.resolve("README.md");

    assertThat(leads(page, "docs/glossary.md")).isTrue();
    assertThat(leads(page, "docs/glossary-of-mills.md")).isFalse();
    assertThat(leads(page, "#three-commands")).isTrue();
    assertThat(leads(page, "#four-commands")).isFalse();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(PROJECT);
        Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
      Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    return pages;
  }

  private static boolean leads(Path page, String link) {
    if (link.matches("[a-z]+:.*")) {
      return true; // elsewhere
    }
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || !target.toString().endsWith(".md")
        || anchors(target).contains(parts[1]);
  }

  /** What GitHub makes of the headings of a page. */
  private static Set<String> anchors(Path page) {
    Set<String> anchors = new HashSet<>();
    boolean isCode = false;
    for (String line : lines(page)) {
      isCode ^= line.startsWith("```");
      Matcher heading = HEADING.matcher(line);
      if (!isCode && heading.matches()) {
        String text = TEXT_OF_LINK.matcher(heading.group(1)).replaceAll("$1");
        String anchor =
            text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-');
        int again = 0;
        while (!anchors.add(again == 0 ? anchor : anchor + "-" + again)) {
          again++;
        }
      }
    }
    return anchors;
  }

  private static List<String> lines(Path page) {
    try {
      return Files.readAllLines(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
