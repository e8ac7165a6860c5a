package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.up.PrintedCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  @TestFactory
  Stream<DynamicTest> everyPrintedCommandIsTaken() throws IOException {
    return printed().stream()
        .map(printed -> DynamicTest.dynamicTest(printed.toString(), () -> parse(printed)));
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
    assertThat(
            problem(new PrintedCommand("x", "leat", "replay f.csv --event=e --colour=red", true)))
        .contains("--colour");
    assertThat(problem(new PrintedCommand("x", "leat", "mill", false))).contains("mill");
    assertThat(problem(new PrintedCommand("x", "leat", "replay f.csv", true))).contains("--event");
    assertThat(problem(new PrintedCommand("x", "leat", "replay f.csv", false))).isEmpty();
  }

  @Test
  void everyPrintedCommandIsRunByATestOrSaidWhyNot() throws IOException {
    List<PrintedCommand> commands = printed();
    commands.removeIf(command -> !command.whole() && isAName(command));

    assertThat(PrintedCommands.undecided(commands)).isEmpty();
  }

  @Test
  void thosePrintedForTheExamplesRunWithoutAStackWhereTheyNeedNone() {
    for (String example : List.of("card-payments", "electricity")) {
      CommandRun run = CommandRun.of("validate", PROJECT.resolve("examples/" + example).toString());

      assertThat(run.code()).as(run.out()).isZero();
    }
  }

  private static List<PrintedCommand> printed() throws IOException {
    List<PrintedCommand> commands = new ArrayList<>(PrintedCommand.all());
    commands.removeIf(command -> !command.program().equals("leat"));
    return commands;
  }

  /** Whether what stands in a sentence lacks what the command needs: it is called by its name. */
  private static boolean isAName(PrintedCommand printed) {
    try {
      Leat.commandLine().parseArgs(printed.words().toArray(String[]::new));
      return false;
    } catch (ParameterException e) {
      return e instanceof MissingParameterException;
    }
  }

  private static void parse(PrintedCommand printed) {
    assertThat(problem(printed)).isEmpty();
  }

  /** Why the command line would not take it; empty where it would. */
  private static String problem(PrintedCommand printed) {
    List<String> words = printed.words();
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
}
