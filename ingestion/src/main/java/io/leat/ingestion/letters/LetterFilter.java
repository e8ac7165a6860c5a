package io.leat.ingestion.letters;

import io.leat.ingestion.DeadLetterReason;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which letters are wanted: those that meet every part that is given.
 *
 * @param reasons any of these; empty: any reason
 * @param rules any of these rules was broken; empty: whatever was
 * @param from when the letter was written, at the earliest
 * @param to when it was written, before this
 * @param ranges in any of these; empty: anywhere
 */
public record LetterFilter(
    Set<DeadLetterReason> reasons,
    Set<String> rules,
    Optional<Instant> from,
    Optional<Instant> to,
    List<LetterRange> ranges) {
  /** Every letter. */
  public static final LetterFilter ALL =
      new LetterFilter(Set.of(), Set.of(), Optional.empty(), Optional.empty(), List.of());

  public LetterFilter {
    reasons = Set.copyOf(reasons);
    rules = Set.copyOf(rules);
    ranges = List.copyOf(ranges);
  }

  /** One letter. */
  public static LetterFilter at(LetterPosition position) {
    return new LetterFilter(
        Set.of(),
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(new LetterRange(position.partition(), position.offset(), position.offset())));
  }

  boolean matches(Letter letter) {
    return (reasons.isEmpty() || letter.reason().filter(reasons::contains).isPresent())
        && (rules.isEmpty() || !Collections.disjoint(rules, letter.rules()))
        && from.filter(letter.written()::isBefore).isEmpty()
        && to.filter(time -> !letter.written().isBefore(time)).isEmpty()
        && (ranges.isEmpty()
            || ranges.stream().anyMatch(range -> range.contains(letter.position())));
  }

  /** Whether a partition may hold wanted letters. */
  boolean reads(int partition) {
    return ranges.isEmpty() || ranges.stream().anyMatch(range -> range.partition() == partition);
  }

  /** The first offset of a partition that may be wanted; empty: its first. */
  OptionalLong first(int partition) {
    return ranges.stream()
        .filter(range -> range.partition() == partition)
        .mapToLong(LetterRange::first)
        .min();
  }

  /** The last offset of a partition that may be wanted; empty: its last. */
  OptionalLong last(int partition) {
    return ranges.stream()
        .filter(range -> range.partition() == partition)
        .mapToLong(LetterRange::last)
        .max();
  }
}
