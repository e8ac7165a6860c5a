package io.leat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command that the README or the documentation prints.
 *
 * @param place page and line
 * @param program {@code leat} or {@code curl}
 * @param arguments what stands behind the program, without a comment or another command behind it
 * @param whole whether it stands in a block, as it is to be typed; within a sentence what it needs
 *     may be left out
 */
public record PrintedCommand(String place, String program, String arguments, boolean whole) {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project", ".."));
  private static final Pattern BLOCK_LINE =
      Pattern.compile(
          "^(?:\\s{4,})?(?:[A-Z_]+=\\S+ )*(?:\\./)?(?<program>leat|curl) (?<arguments>[a-z-].*)$",
          Pattern.DOTALL);
  private static final Pattern INLINE =
      Pattern.compile("`(?:\\./)?(?<program>leat|curl) (?<arguments>[a-z-][^`]*)`");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  /** Every one of the README, CONTRIBUTING and the documentation but the decisions. */
  public static List<PrintedCommand> all() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(PROJECT.resolve("README.md")));
    pages.add(PROJECT.resolve("CONTRIBUTING.md"));
    try (Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md"))
          .filter(page -> !page.toString().contains("/decisions/"))
          .sorted()
          .forEach(pages::add);
    }
    List<PrintedCommand> all = new ArrayList<>();
    for (Path page : pages) {
      addAll(page, all);
    }
    return all;
  }

  private static void addAll(Path page, List<PrintedCommand> all) throws IOException {
    List<String> lines = Files.readAllLines(page);
    boolean fenced = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String place = PROJECT.relativize(page) + ":" + (i + 1);
      if (line.startsWith("```")) {
        fenced = !fenced;
      }
      if (fenced || line.startsWith("    ")) {
        while (line.startsWith("curl ")
            && line.chars().filter(c -> c == '\'').count() % 2 == 1
            && i + 1 < lines.size()) {
          line += "\n" + lines.get(++i); // a quote goes on
        }
        Matcher block = BLOCK_LINE.matcher(line);
        if (block.matches()) {
          all.add(of(place, block, true));
        }
      }
      Matcher inline = INLINE.matcher(line);
      while (!fenced && inline.find()) {
        all.add(of(place, inline, false));
      }
    }
  }

  private static PrintedCommand of(String place, Matcher found, boolean whole) {
    String arguments = found.group("arguments").replaceFirst("\\s+#.*|\\s+&&.*|\\s+\\|.*", "");
    return new PrintedCommand(place, found.group("program"), arguments.strip(), whole);
  }

  /** The arguments as the program gets them. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(arguments);
    while (matcher.find()) {
      String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add(quoted == null ? matcher.group(3).replace("...", "") : quoted);
    }
    words.removeIf(String::isEmpty);
    return words;
  }

  @Override
  public String toString() {
    return place + ": " + program + " " + arguments;
  }
}
