package io.leat.pipeline.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Parses YAML, of which JSON is a part, and keeps the lines. */
public final class Yaml {
  private Yaml() {}

  /**
   * The value that a text holds; reports a text that is no YAML.
   *
   * @param file where the text comes from, for messages
   */
  public static Optional<Value> read(String text, String file, Problems problems) {
    LoadSettings settings = LoadSettings.builder().setLabel(file).setUseMarks(true).build();
    try {
      Optional<Node> node = new Compose(settings).composeString(text);
      if (node.isEmpty()) {
        problems.add(file, 1, "the file is empty");
      }
      return node.map(found -> new Value(found, "the file", file, problems));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(1);
      problems.add(
          file,
          line,
          "no valid YAML: "
              + e.getProblem()
              + "; text that holds one of : # { } [ ] , may need quotes");
    } catch (YamlEngineException e) {
      problems.add(file, 1, "no valid YAML: " + e.getMessage());
    }
    return Optional.empty();
  }
}
