package io.leat.deadletters;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a dead letter stands in its topic, written {@code partition/offset}: {@code 0/17}. */
public record DeadLetterPosition(int partition, long offset) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})/(\\d{1,18})");

  /**
   * @throws IllegalArgumentException with one sentence if the text is no position
   */
  public static DeadLetterPosition parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no position of a dead letter; expected partition/offset, as in 0/17");
    }
    return new DeadLetterPosition(
        Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  @Override
  public String toString() {
    return partition + "/" + offset;
  }
}
