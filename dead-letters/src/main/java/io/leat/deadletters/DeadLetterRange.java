package io.leat.deadletters;

/**
 * Dead letters of one partition that stand side by side, written {@code 0/17} or {@code 0/17-30}.
 *
 * @param last offset of the last, included
 */
public record DeadLetterRange(int partition, long first, long last) {
  public DeadLetterRange {
    if (last < first) {
      throw new IllegalArgumentException(
          "'%d/%d-%d' ends before it begins".formatted(partition, first, last));
    }
  }

  /**
   * @throws IllegalArgumentException with one sentence if the text is no range
   */
  public static DeadLetterRange parse(String text) {
    int dash = text.indexOf('-');
    DeadLetterPosition first = DeadLetterPosition.parse(dash < 0 ? text : text.substring(0, dash));
    DeadLetterPosition last =
        dash < 0
            ? first
            : DeadLetterPosition.parse(first.partition() + "/" + text.substring(dash + 1));
    return new DeadLetterRange(first.partition(), first.offset(), last.offset());
  }

  boolean contains(DeadLetterPosition position) {
    return position.partition() == partition
        && position.offset() >= first
        && position.offset() <= last;
  }
}
