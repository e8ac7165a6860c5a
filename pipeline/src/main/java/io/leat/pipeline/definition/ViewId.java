package io.leat.pipeline.definition;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One version of a view: what state, columns and services mean, where the name alone may stand for
 * several. Ordered by name and then by version.
 *
 * @param name the view's name
 * @param version version of the definition, from 1
 */
public record ViewId(String name, int version) implements Comparable<ViewId>, Serializable {
  private static final long serialVersionUID = 1L;

  private static final Comparator<ViewId> ORDER =
      Comparator.comparing(ViewId::name).thenComparingInt(ViewId::version);
  private static final Pattern TEXT = Pattern.compile("([^@]+)@([1-9]\\d{0,8})");

  /**
   * @throws IllegalArgumentException if the name is blank or holds an {@code @}, or the version is
   *     less than 1
   */
  public ViewId {
    Names.require("view", name);
    Names.requireVersion("view " + name, version);
  }

  /** Reads {@code customer_activity@2}; empty where the text is nothing of the kind. */
  public static Optional<ViewId> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches() && !matcher.group(1).isBlank()
        ? Optional.of(new ViewId(matcher.group(1), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(ViewId other) {
    return ORDER.compare(this, other);
  }

  /** {@code customer_activity@2}, as it is stored and written. */
  @Override
  public String toString() {
    return name + "@" + version;
  }
}
