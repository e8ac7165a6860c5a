package io.leat.pipeline.yaml;

import io.leat.common.Suggestions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A mapping of a YAML file. A key that stands twice is reported when the block is made. */
public final class Block {
  private final String kind;
  private final String file;
  private final int line;
  private final Problems problems;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();

  Block(MappingNode mapping, String kind, String file, Problems problems) {
    this.kind = kind;
    this.file = file;
    this.line = lineOf(mapping);
    this.problems = problems;
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
        problems.add(file, lineOf(tuple.getKeyNode()), "a key of " + kind + " is no text");
        continue;
      }
      String key = scalar.getValue();
      Integer earlier = lines.putIfAbsent(key, lineOf(scalar));
      if (earlier != null) {
        problems.add(
            file,
            lineOf(scalar),
            "%s stands twice; it is on line %d already".formatted(key, earlier));
        continue;
      }
      values.put(key, new Value(tuple.getValueNode(), key, file, problems));
    }
  }

  public String file() {
    return file;
  }

  /** Line that the mapping begins on, from 1. */
  public int line() {
    return line;
  }

  /** The values in the file's order. */
  public List<Value> values() {
    return List.copyOf(values.values());
  }

  /** The value of a key; empty where the key is absent. */
  public Optional<Value> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** Whether some part of the block's file has been found wrong. */
  public boolean isBroken() {
    return problems.in(file);
  }

  /** Reports a mistake at the line on which the block begins. */
  public void problem(String message, Object... arguments) {
    problems.add(file, line, arguments.length == 0 ? message : message.formatted(arguments));
  }

  void check(Keys keys) {
    for (Map.Entry<String, Integer> key : lines.entrySet()) {
      if (keys.notYet().contains(key.getKey())) {
        problems.add(
            file,
            key.getValue(),
            "%s: this version of Leat does not run it yet; remove it".formatted(key.getKey()));
      } else if (!keys.all().contains(key.getKey())) {
        problems.add(
            file,
            key.getValue(),
            "unknown key %s; %s has %s.%s"
                .formatted(
                    key.getKey(),
                    kind,
                    String.join(", ", keys.all()),
                    Suggestions.didYouMean(key.getKey(), keys.all())));
      }
    }
    for (String key : keys.required()) {
      if (!lines.containsKey(key)) {
        problem("no %s; %s needs %s", key, kind, String.join(", ", keys.required()));
      }
    }
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}
