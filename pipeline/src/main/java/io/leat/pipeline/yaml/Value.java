package io.leat.pipeline.yaml;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.expression.Expression;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value of a YAML file, what it is called and where it stands. Each method that reads it as some
 * type reports a problem and gives nothing where it is none.
 */
public final class Value {
  private final Node node;
  private final String name;
  private final String file;
  private final Problems problems;

  Value(Node node, String name, String file, Problems problems) {
    this.node = node;
    this.name = name;
    this.file = file;
    this.problems = problems;
  }

  /** The key that it stands under, or the like. */
  public String name() {
    return name;
  }

  public String file() {
    return file;
  }

  /** Line, from 1. */
  public int line() {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  /** Reports a mistake at this value. */
  public void problem(String message, @Nullable Object... arguments) {
    problems.add(file, line(), arguments.length == 0 ? message : message.formatted(arguments));
  }

  /** Text, or a number or bool as it was written. */
  public Optional<String> text() {
    if (!(node instanceof ScalarNode scalar)) {
      problem("%s is %s; expected a text", name, found());
      return Optional.empty();
    }
    if (scalar.getTag().equals(Tag.NULL) || scalar.getValue().isBlank()) {
      problem("%s has no value; expected a text", name);
      return Optional.empty();
    }
    return Optional.of(scalar.getValue().strip());
  }

  /** A name that keeps to a rule. */
  public Optional<String> name(NameRule rule) {
    Optional<String> text = text();
    if (text.isPresent() && !rule.allows(text.get())) {
      problem("%s is '%s'; expected a name of %s", name, text.get(), rule.description());
      return Optional.empty();
    }
    return text;
  }

  /** A duration of more than nothing. */
  public Optional<Duration> duration() {
    return durationOrZero()
        .filter(
            duration -> {
              if (duration.isZero()) {
                problem("%s is 0; expected a duration of more than nothing", name);
              }
              return !duration.isZero();
            });
  }

  /** A duration, which may be nothing. */
  public Optional<Duration> durationOrZero() {
    return text()
        .flatMap(
            text -> {
              try {
                return Optional.of(Durations.parse(text));
              } catch (IllegalArgumentException e) {
                problem(name + ": " + e.getMessage());
                return Optional.empty();
              }
            });
  }

  /** True or false. */
  public Optional<Boolean> truth() {
    Optional<String> text = text();
    if (text.isPresent() && !List.of("true", "false").contains(text.get())) {
      problem("%s is '%s'; expected true or false", name, text.get());
      return Optional.empty();
    }
    return text.map(Boolean::valueOf);
  }

  /** A whole number. */
  public Optional<Integer> integer(int least) {
    return number(
        text -> {
          int number = Integer.parseInt(text);
          return number >= least ? Optional.of(number) : Optional.empty();
        },
        "a whole number of at least " + least);
  }

  /** A finite number. */
  public Optional<Double> number() {
    return number("a number");
  }

  /**
   * A finite number.
   *
   * @param expected what a problem says was expected
   */
  public Optional<Double> number(String expected) {
    return number(
        text -> {
          double number = Double.parseDouble(text);
          return Double.isFinite(number) ? Optional.of(number) : Optional.empty();
        },
        expected);
  }

  /**
   * @param parse gives nothing, or throws a NumberFormatException, for what is not expected
   */
  private <T> Optional<T> number(Function<String, Optional<T>> parse, String expected) {
    Optional<String> text = text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> number;
    try {
      number = parse.apply(text.get());
    } catch (NumberFormatException e) {
      number = Optional.empty();
    }
    if (number.isEmpty()) {
      problem("%s is '%s'; expected %s", name, text.get(), expected);
    }
    return number;
  }

  /** One of an enum's constants, in lower case. */
  public <E extends Enum<E>> Optional<E> oneOf(Class<E> type) {
    List<String> names =
        Stream.of(type.getEnumConstants()).map(e -> e.name().toLowerCase(Locale.ROOT)).toList();
    return text()
        .flatMap(
            text -> {
              if (names.contains(text)) {
                return Optional.of(Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
              }
              problem(
                  "%s is '%s'; expected %s.%s",
                  name, text, String.join(" or ", names), Suggestions.didYouMean(text, names));
              return Optional.empty();
            });
  }

  /** A CEL expression with its place. */
  public Optional<Expression> expression() {
    return text().map(text -> new Expression(text, file, textLine()));
  }

  /** Line on which the text begins: behind the head of a block scalar. */
  private int textLine() {
    boolean block =
        node instanceof ScalarNode scalar
            && (scalar.getScalarStyle() == ScalarStyle.LITERAL
                || scalar.getScalarStyle() == ScalarStyle.FOLDED);
    return block ? line() + 1 : line();
  }

  /** The values of a list; none, and a problem, where it is no list. */
  public List<Value> list() {
    if (!(node instanceof SequenceNode sequence)) {
      boolean one = node instanceof ScalarNode && !isNull();
      problem("%s is %s; expected a list%s", name, found(), one ? ", as in " + asList() : "");
      return List.of();
    }
    return sequence.getValue().stream()
        .map(item -> new Value(item, "an entry of " + name, file, problems))
        .toList();
  }

  private String asList() {
    return "[" + ((ScalarNode) node).getValue() + "]";
  }

  /** As {@link #list}, but an empty list is a problem too. */
  public List<Value> nonEmptyList() {
    if (node instanceof SequenceNode sequence && sequence.getValue().isEmpty()) {
      problem("%s is an empty list; expected at least one entry", name);
    }
    return list();
  }

  public boolean isList() {
    return node instanceof SequenceNode;
  }

  public boolean isNull() {
    return node.getTag().equals(Tag.NULL);
  }

  public boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** A mapping with these keys; unknown and missing ones are reported. */
  public Optional<Block> block(Keys keys) {
    return open(keys.kind(), example(keys))
        .map(
            block -> {
              block.check(keys);
              return block;
            });
  }

  /** A mapping whose keys its author chooses. */
  public Optional<Block> openBlock(String kind) {
    return open(kind, "");
  }

  private static String example(Keys keys) {
    return keys.required().isEmpty()
        ? ""
        : ", as in { " + String.join(": ..., ", keys.required()) + ": ... }";
  }

  private Optional<Block> open(String kind, String example) {
    if (node instanceof MappingNode mapping) {
      return Optional.of(new Block(mapping, kind, file, problems));
    }
    problem("%s is %s; expected %s: a mapping of keys to values%s", name, found(), kind, example);
    return Optional.empty();
  }

  private String found() {
    if (node instanceof SequenceNode) {
      return "a list";
    }
    if (node instanceof MappingNode mapping) {
      return mapping.getValue().stream()
          .map(tuple -> tuple.getKeyNode())
          .map(key -> key instanceof ScalarNode scalar ? scalar.getValue() : "?")
          .collect(Collectors.joining(", ", "a mapping with ", ""));
    }
    return node.getTag().equals(Tag.NULL) ? "empty" : "'" + ((ScalarNode) node).getValue() + "'";
  }
}
