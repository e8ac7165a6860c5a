package io.leat.pipeline.apply;

import java.util.Locale;

/**
 * One thing that a pipeline needs, compared with what is there.
 *
 * @param name the topic, the registry's subject or the definition ({@code view/name@version})
 * @param detail what it is, will be or should be
 */
public record Change(State state, Kind kind, String name, String detail) {
  /** What a pipeline needs. */
  public enum Kind {
    TOPIC,
    SCHEMA,
    /** How the schemas of a subject may change. */
    COMPATIBILITY,
    /** What a registry holds beside the newest schema of an event. */
    RULES,
    DEFINITION
  }

  /** How what is there compares with what is needed. */
  public enum State {
    /** It is there as it should be. */
    PRESENT("="),
    /** It is not there; apply makes it. */
    CREATE("+"),
    /** It is there and differs; apply leaves it, and the pipeline runs with what is there. */
    DIFFERS("~"),
    /** It cannot be; apply does nothing at all. */
    REFUSED("!");

    private final String mark;

    State(String mark) {
      this.mark = mark;
    }
  }

  /** One line for a person. */
  @Override
  public String toString() {
    return "%s %s %s: %s".formatted(state.mark, kind.name().toLowerCase(Locale.ROOT), name, detail);
  }
}
