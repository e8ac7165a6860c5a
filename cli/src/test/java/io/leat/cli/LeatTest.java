package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeatTest {
  private static final Path MILL =
      Path.of(System.getProperty("leat.project", ".."), "cli/src/test/resources/mill");

  @TempDir private Path folder;

  @Test
  void aValidPipelineEndsWithZero() {
    assertThat(CommandRun.of("validate", MILL.toString()))
        .isEqualTo(
            new CommandRun(
                0,
                "mill is valid: 1 contract, 0 views, 0 services, 0 models, 0 monitors, 0 retraining policies, 0 receivers.\n"));
  }

  @Test
  void aWrongPipelineEndsWithTwoAndNamesFileAndLine() throws Exception {
    Files.writeString(folder.resolve("pipeline.yaml"), "pipeline: mill\nowner: miller\nwheel: 1\n");

    CommandRun run = CommandRun.of("validate", folder.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).startsWith("pipeline.yaml:3: ");
  }

  @Test
  void wrongArgumentsEndWithTwo() {
    CommandRun run = CommandRun.of("replay", "levels.csv", "--event", "levels", "--rate", "fast");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).startsWith("'fast' is no rate; expected events per second, as in 200/s");
  }

  @Test
  void deadLettersAreReplayedOnlyWhereItIsSaidWhich() {
    CommandRun run = CommandRun.of("dlq", "replay", "levels", "--pipeline", MILL.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out())
        .isEqualTo(
            "say which dead letters: a filter such as --reason or --rule, or --all\nSee: ./leat dlq replay --help\n");
    assertThat(CommandRun.of("dlq", "show", "levels", "17").out())
        .contains("'17' is no position of a dead letter; expected partition/offset, as in 0/17");
    assertThat(CommandRun.of("dlq", "list", "levels", "--reason", "torn").out())
        .contains("rule_violated".toUpperCase(java.util.Locale.ROOT));
  }

  @Test
  void whatTheUserCanPutRightIsOneSentenceAndEndsWithOne() {
    CommandRun run = CommandRun.of("status", "--dir", folder.toString());

    assertThat(run)
        .isEqualTo(
            new CommandRun(
                1,
                "No stack has been started in %s. Start one with: ./leat up PIPELINE [INPUT]\n"
                    .formatted(folder)));
  }

  @Test
  void theHelpListsEveryExitCode() {
    assertThat(CommandRun.of("--help").out()).contains("Exit codes:").containsPattern("3 +replay");
  }
}
