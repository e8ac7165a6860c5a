package io.leat.cli.up;

import io.leat.cli.command.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A program that produces events for a pipeline while it is tried out, as {@code play.yaml} in its
 * folder names it.
 *
 * @param main main class, on the services' class path
 * @param arguments its arguments; the brokers and the registry are added
 */
record Player(String main, List<String> arguments) {
  private static final String FILE = "play.yaml";

  Player {
    arguments = List.copyOf(arguments);
  }

  /**
   * The player of a pipeline; empty where it has none.
   *
   * @throws UserError if its file is not as it should be
   */
  static Optional<Player> of(Path pipelineFolder) {
    Path file = pipelineFolder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Object yaml = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
      if (yaml instanceof Map<?, ?> map
          && map.get("play") instanceof String main
          && (!map.containsKey("with") || map.get("with") instanceof Map<?, ?>)) {
        List<String> arguments = new ArrayList<>();
        if (map.get("with") instanceof Map<?, ?> with) {
          with.forEach(
              (name, value) -> arguments.addAll(List.of("--" + name, String.valueOf(value))));
        }
        return Optional.of(new Player(main, arguments));
      }
    } catch (YamlEngineException e) {
      throw new UserError(file + " is not YAML: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
    }
    throw new UserError(
        file
            + ": expected 'play: main.class.of.the.player' and, if you like, 'with: { option: value }'.");
  }
}
