package io.leat.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

class DeclarationTest {
  /** Settings of a mill. */
  @Command(defaultValueProvider = EnvironmentDefaults.class)
  private static final class Mill {
    @Setting(least = "1", most = "12")
    @Option(names = "--stones", paramLabel = "N", defaultValue = "2", description = "Stones.")
    private int stones;

    @Setting(environment = "LEAT_MILL_PAUSE", least = "1s")
    @Option(
        names = "--pause",
        paramLabel = "DURATION",
        converter = DurationConverter.class,
        defaultValue = "5s",
        description = "Pause between two sacks.")
    private Duration pause = Duration.ZERO;

    @Setting(secret = true, otherwise = "the miller's")
    @Option(names = "--lock", paramLabel = "CODE", description = "Opens the endpoint.")
    private String lock = "";
  }

  @ParameterizedTest
  @CsvSource({
    "--stones=0, '--stones is 0; expected 1 to 12'",
    "--stones=13, '--stones is 13; expected 1 to 12'",
    "--pause=999ms, '--pause is 999ms; expected 1s or more'",
  })
  void aValueOutOfItsBoundsIsRefused(String flag, String message) {
    assertThatThrownBy(() -> Settings.parse(new Mill(), flag))
        .isInstanceOf(ParameterException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"--stones=1, 1", "--stones=12, 12"})
  void aBoundIsAValue(String flag, int stones) {
    assertThat(Settings.parse(new Mill(), flag).stones).isEqualTo(stones);
  }

  @Test
  void aFlagGoesBeforeItsVariableAndAnEmptyVariableIsNone() {
    Mill mill = new Mill();
    CommandLine command = new CommandLine(mill);
    command.setDefaultValueProvider(
        new EnvironmentDefaults(
            Map.of("LEAT_STONES", "3", "LEAT_MILL_PAUSE", " 7s ", "LEAT_LOCK", " ")::get));

    command.parseArgs("--stones=4");

    assertThat(mill.stones).isEqualTo(4);
    assertThat(mill.pause).isEqualTo(Duration.ofSeconds(7));
    assertThat(mill.lock).isNullOrEmpty();
  }

  @Test
  void aSecretIsNotShown() {
    assertThat(Settings.shown(Settings.parse(new Mill(), "--lock=1234")))
        .isEqualTo(Map.of("stones", "2", "pause", "5s", "lock", "***"));
  }

  @Test
  void aRowAndTheHelpTextSayWhatIsDeclared() {
    assertThat(Settings.of(new Mill()))
        .extracting(Declaration::row)
        .contains(
            "| `--stones N` | `LEAT_STONES` | `2` | Stones. 1 to 12. |",
            "| `--pause DURATION` | `LEAT_MILL_PAUSE` | `5s` | Pause between two sacks. 1s or more. |",
            "| `--lock CODE` | `LEAT_LOCK` | the miller's | Opens the endpoint. |");
    assertThat(
            Settings.document(new CommandLine(new Mill()))
                .getUsageMessage()
                .replaceAll("\\s+", " "))
        .contains("Stones. 1 to 12. Environment: LEAT_STONES. Default: 2.")
        .contains("Opens the endpoint. Environment: LEAT_LOCK. Default: the miller's.");
  }
}
