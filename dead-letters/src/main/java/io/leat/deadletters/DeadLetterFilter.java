package io.leat.deadletters;

import io.leat.ingestion.refusal.DeadLetterReason;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which dead letters are wanted: those that meet every part that is given.
 *
 * @param reasons any of these; empty: any reason
 * @param rules any of these rules was broken; empty: whatever was
 * @param from when the dead letter was written, at the earliest
 * @param to when it was written, before this
 * @param ranges in any of these; empty: anywhere
 */
public record DeadLetterFilter(
    Set<DeadLetterReason> reasons,
    Set<String> rules,
    Optional<Instant> from,
    Optional<Instant> to,
    List<DeadLetterRange> ranges) {
  /** Every dead letter. */
  public static final DeadLetterFilter ALL =
      new DeadLetterFilter(Set.of(), Set.of(), Optional.empty(), Optional.empty(), List.of());

  public DeadLetterFilter {
    reasons = Set.copyOf(reasons);
    rules = Set.copyOf(rules);
    ranges = List.copyOf(ranges);
  }

  /** One dead letter. */
  public static DeadLetterFilter at(DeadLetterPosition position) {
    return new DeadLetterFilter(
        Set.of(),
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(new DeadLetterRange(position.partition(), position.offset(), position.offset())));
  }

  boolean matches(DeadLetterRecord deadLetter) {
    return (reasons.isEmpty() || deadLetter.reason().filter(reasons::contains).isPresent())
        && (rules.isEmpty() || !Collections.disjoint(rules, deadLetter.rules()))
        && from.filter(deadLetter.written()::isBefore).isEmpty()
        && to.filter(time -> !deadLetter.written().isBefore(time)).isEmpty()
        && (ranges.isEmpty()
            || ranges.stream().anyMatch(range -> range.contains(deadLetter.position())));
  }

  /** Whether a partition may hold wanted dead letters. */
  boolean reads(int partition) {
    return ranges.isEmpty() || ranges.stream().anyMatch(range -> range.partition() == partition);
  }

  /** The first offset of a partition that may be wanted; empty: its first. */
  OptionalLong first(int partition) {
    return ranges.stream()
        .filter(range -> range.partition() == partition)
        .mapToLong(DeadLetterRange::first)
        .min();
  }

  /** The last offset of a partition that may be wanted; empty: its last. */
  OptionalLong last(int partition) {
    return ranges.stream()
        .filter(range -> range.partition() == partition)
        .mapToLong(DeadLetterRange::last)
        .max();
  }
}
