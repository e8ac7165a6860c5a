package io.leat.pipeline.yaml;

import io.leat.schemas.Nesting;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
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
      if (isTooDeep(settings, text, file, problems)) {
        return Optional.empty();
      }
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

  /** Whatever reads the nodes calls itself once a level; the events before them come in a row. */
  private static boolean isTooDeep(
      LoadSettings settings, String text, String file, Problems problems) {
    int level = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++level > Nesting.MOST_LEVELS) {
        problems.add(
            file,
            event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1),
            "lists and mappings are nested deeper than %d levels; expected fewer"
                .formatted(Nesting.MOST_LEVELS));
        return true;
      }
      if (event instanceof CollectionEndEvent) {
        level--;
      }
    }
    return false;
  }
}
