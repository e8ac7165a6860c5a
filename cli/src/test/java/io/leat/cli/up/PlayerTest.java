package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.cli.command.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlayerTest {
  @TempDir private Path folder;

  @Test
  void aPipelineWithoutThatFileHasNoPlayer() {
    assertThat(Player.of(folder)).isEmpty();
  }

  @Test
  void itsSettingsBecomeOptions() throws Exception {
    play("play: io.leat.Mill\nwith: { seed: 7, start: 2024-01-01T00:00:00Z }\n");

    assertThat(Player.of(folder))
        .contains(
            new Player("io.leat.Mill", List.of("--seed", "7", "--start", "2024-01-01T00:00:00Z")));
  }

  @Test
  void settingsMayBeLeftOut() throws Exception {
    play("play: io.leat.Mill\n");

    assertThat(Player.of(folder)).contains(new Player("io.leat.Mill", List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "'play: [1', is not YAML",
    "'with: { seed: 7 }', expected 'play: main.class",
    "'{ play: io.leat.Mill, with: fast }', expected 'play: main.class",
  })
  void whatSaysNothingToPlayIsRefused(String yaml, String sentence) throws Exception {
    play(yaml);

    assertThatThrownBy(() -> Player.of(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("play.yaml")
        .hasMessageContaining(sentence);
  }

  private void play(String yaml) throws Exception {
    Files.writeString(folder.resolve("play.yaml"), yaml);
  }
}
