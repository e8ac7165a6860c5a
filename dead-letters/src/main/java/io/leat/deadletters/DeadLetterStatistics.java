package io.leat.deadletters;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/** Counts of dead letters. Not thread-safe. */
public final class DeadLetterStatistics {
  /** What stands for a dead letter whose reason is none of the list. */
  private static final String UNKNOWN = "(unknown)";

  private long deadLetters;
  private final Map<String, Long> reasons = new TreeMap<>();
  private final Map<String, Long> rules = new TreeMap<>();
  private final Map<LocalDate, Long> days = new TreeMap<>();

  /** Counts a dead letter. */
  public void add(DeadLetterRecord deadLetter) {
    deadLetters++;
    count(reasons, deadLetter.reason().map(Enum::name).orElse(UNKNOWN));
    deadLetter.rules().forEach(rule -> count(rules, rule));
    count(days, LocalDate.ofInstant(deadLetter.written(), ZoneOffset.UTC));
  }

  public long deadLetters() {
    return deadLetters;
  }

  /** Dead letters by reason code. */
  public Map<String, Long> reasons() {
    return reasons;
  }

  /** Dead letters by rule broken; one dead letter may have broken several. */
  public Map<String, Long> rules() {
    return rules;
  }

  /** Dead letters by the day (UTC) that they were written. */
  public Map<LocalDate, Long> days() {
    return days;
  }

  private static <K> void count(Map<K, Long> counts, K key) {
    counts.merge(key, 1L, Long::sum);
  }
}
