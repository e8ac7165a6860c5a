package io.leat.ingestion.letters;

/**
 * Letters of one partition that stand side by side, written {@code 0/17} or {@code 0/17-30}.
 *
 * @param last offset of the last, included
 */
public record LetterRange(int partition, long first, long last) {
  public LetterRange {
    if (last < first) {
      throw new IllegalArgumentException(
          "'%d/%d-%d' ends before it begins".formatted(partition, first, last));
    }
  }

  /**
   * @throws IllegalArgumentException with one sentence if the text is no range
   */
  public static LetterRange parse(String text) {
    int dash = text.indexOf('-');
    LetterPosition first = LetterPosition.parse(dash < 0 ? text : text.substring(0, dash));
    LetterPosition last =
        dash < 0 ? first : LetterPosition.parse(first.partition() + "/" + text.substring(dash + 1));
    return new LetterRange(first.partition(), first.offset(), last.offset());
  }

  boolean contains(LetterPosition position) {
    return position.partition() == partition
        && position.offset() >= first
        && position.offset() <= last;
  }
}
