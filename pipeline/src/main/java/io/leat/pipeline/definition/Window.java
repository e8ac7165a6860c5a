package io.leat.pipeline.definition;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A window of a view: how long it is, and the text that names it in its features. {@code 24h} and
 * {@code 1d} are equally long and have different names.
 *
 * @param length more than nothing; {@link Durations#LIFETIME} reaches back to the key's first event
 * @param text the length as it was written, in lower case and without leading zeros
 */
public record Window(Duration length, String text) implements Comparable<Window> {
  public static final Window LIFETIME = of(Durations.LIFETIME);

  /** A window that is written in its largest whole unit. */
  public static Window of(Duration length) {
    return new Window(length, Durations.format(length));
  }

  /**
   * A window as the definition language writes it: {@code lifetime}, or a duration.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static Window parse(String text) {
    return text.equals(LIFETIME.text)
        ? LIFETIME
        : new Window(
            Durations.parse(text), text.toLowerCase(Locale.ROOT).replaceFirst("^0+(?=\\d)", ""));
  }

  /** Every way to write a window of this length, this one among them. */
  Stream<Window> spellings() {
    if (equals(LIFETIME)) {
      return Stream.of(this);
    }
    long millis = length.toMillis();
    return List.of("d", "h", "m", "s", "ms").stream()
        .filter(unit -> millis % Durations.parse("1" + unit).toMillis() == 0)
        .map(unit -> new Window(length, millis / Durations.parse("1" + unit).toMillis() + unit));
  }

  @Override
  public int compareTo(Window other) {
    return length.compareTo(other.length);
  }

  /** The text. */
  @Override
  public String toString() {
    return text;
  }
}
