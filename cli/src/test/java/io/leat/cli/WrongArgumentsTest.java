package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrongArgumentsTest {
  /** Commands of commands. */
  private static final List<String> GROUPS =
      List.of("dlq", "audit", "model", "retraining", "runs", "drift");

  /** Of a group, and needs no stack. */
  private static final Set<String> OF_FILES = Set.of("simulate", "backtest");

  @ParameterizedTest
  @CsvSource({
    "statsu, Did you mean status?",
    "replya, Did you mean replay?",
    "promote, Did you mean promote-view?",
  })
  void aCommandThatIsNearlyRightIsGuessed(String command, String guess) {
    CommandRun run = CommandRun.of(command);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).contains("leat has no command '" + command + "'").contains(guess);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mill", "xy", "deploy"})
  void ofACommandThatIsNearNoneAllAreNamed(String command) {
    CommandRun run = CommandRun.of(command);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).doesNotContain("Did you mean").contains("It has: alerts, apply,");
  }

  @Test
  void anOptionThatIsNearlyRightIsGuessed() {
    assertThat(CommandRun.of("replay", "x.csv", "--event=e", "--delimeter=;").out())
        .startsWith("leat replay has no option '--delimeter=;'. Did you mean --delimiter?");
  }

  @Test
  void everyCommandOverTheStackTakesTheCommonOptions() {
    Leat.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!name.equals("init")
                  && !name.equals("validate")
                  && !name.equals("train")
                  && !name.equals("profile") // of files
                  && !name.equals("demo") // has a stack of its own
                  && !GROUPS.contains(name)) {
                assertThat(command.getCommandSpec().optionsMap()).as(name).containsKey("--dir");
              }
            });
    for (String group : GROUPS) {
      Leat.commandLine()
          .getSubcommands()
          .get(group)
          .getSubcommands()
          .forEach(
              (name, command) -> {
                if (!OF_FILES.contains(name)) {
                  assertThat(command.getCommandSpec().optionsMap())
                      .as(group + " " + name)
                      .containsKeys("--dir", "--bootstrap-servers", "--registry-url");
                }
              });
    }
  }
}
