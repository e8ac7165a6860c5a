package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/**
 * Every {@code leat} command that the README and the documentation print is one that the command
 * line takes: in blocks it stands as it is to be typed; within a sentence what it needs may be left
 * out. Those that need no stack are run.
 */
class DocumentedCommandsTest {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project", ".."));
  private static final Pattern BLOCK_LINE =
      Pattern.compile("^(?:\\s{4,})?(?:[A-Z_]+=\\S+ )*(?:\\./)?leat (?<arguments>[a-z].*)$");
  private static final Pattern INLINE = Pattern.compile("`(?:\\./)?leat (?<arguments>[a-z][^`]*)`");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  /** A command, and whether all of it is there. */
  private record Printed(String place, String arguments, boolean whole) {}

  @TestFactory
  Stream<DynamicTest> everyPrintedCommandIsTaken() throws IOException {
    return printed().stream()
        .map(
            printed ->
                DynamicTest.dynamicTest(
                    printed.place() + ": leat " + printed.arguments(), () -> parse(printed)));
  }

  @Test
  void theReadmeAndTheReferenceArePartOfIt() throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    printed().forEach(one -> counts.merge(one.place().replaceFirst(":.*", ""), 1, Integer::sum));

    assertThat(counts).containsKeys("README.md", "docs/reference/files.md");
    assertThat(counts.get("README.md")).isGreaterThan(8);
  }

  @Test
  void aCommandThatIsNotTakenIsFound() {
    assertThat(problem(new Printed("x", "replay f.csv --event=e --colour=red", true)))
        .contains("--colour");
    assertThat(problem(new Printed("x", "mill", false))).contains("mill");
    assertThat(problem(new Printed("x", "replay f.csv", true))).contains("--event");
    assertThat(problem(new Printed("x", "replay f.csv", false))).isEmpty();
  }

  @Test
  void thosePrintedForTheExamplesRunWithoutAStackWhereTheyNeedNone() {
    for (String example : List.of("card-payments", "electricity")) {
      CommandRun run = CommandRun.of("validate", PROJECT.resolve("examples/" + example).toString());

      assertThat(run.code()).as(run.out()).isZero();
    }
  }

  private static void parse(Printed printed) {
    assertThat(problem(printed)).isEmpty();
  }

  /** Why the command line would not take it; empty where it would. */
  private static String problem(Printed printed) {
    List<String> words = new ArrayList<>();
    Matcher matcher =
        WORD.matcher(printed.arguments().replaceFirst("\\s+#.*|\\s+&&.*|\\s+\\|.*", ""));
    while (matcher.find()) {
      String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add(quoted == null ? matcher.group(3).replace("...", "") : quoted);
    }
    words.removeIf(String::isEmpty);
    CommandLine command = Leat.commandLine();
    try {
      command.parseArgs(words.toArray(String[]::new));
      return "";
    } catch (MissingParameterException e) {
      return printed.whole() ? String.valueOf(e.getMessage()) : "";
    } catch (ParameterException e) {
      boolean stoodFor = // a capital letter stands for a value
          !printed.whole() && words.stream().anyMatch(word -> word.matches(".*\\b[A-Z]{2,}\\b.*"));
      return stoodFor && !(e instanceof CommandLine.UnmatchedArgumentException)
          ? ""
          : String.valueOf(e.getMessage());
    }
  }

  private static List<Printed> printed() throws IOException {
    List<Printed> all = new ArrayList<>();
    List<Path> pages = new ArrayList<>(List.of(PROJECT.resolve("README.md")));
    pages.add(PROJECT.resolve("CONTRIBUTING.md"));
    try (Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md"))
          .filter(page -> !page.toString().contains("/decisions/"))
          .sorted()
          .forEach(pages::add);
    }
    for (Path page : pages) {
      boolean fenced = false;
      int number = 0;
      for (String line : Files.readAllLines(page)) {
        number++;
        String place = PROJECT.relativize(page) + ":" + number;
        if (line.startsWith("```")) {
          fenced = !fenced;
        }
        Matcher block = BLOCK_LINE.matcher(line);
        if ((fenced || line.startsWith("    ")) && block.matches()) {
          all.add(new Printed(place, block.group("arguments"), true));
        }
        Matcher inline = INLINE.matcher(line);
        while (!fenced && inline.find()) {
          all.add(new Printed(place, inline.group("arguments"), false));
        }
      }
    }
    return all;
  }
}
