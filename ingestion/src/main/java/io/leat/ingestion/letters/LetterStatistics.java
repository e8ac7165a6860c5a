package io.leat.ingestion.letters;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/** Counts of letters. Not thread-safe. */
public final class LetterStatistics {
  /** What stands for a letter whose reason is none of the list. */
  private static final String UNKNOWN = "(unknown)";

  private long letters;
  private final Map<String, Long> reasons = new TreeMap<>();
  private final Map<String, Long> rules = new TreeMap<>();
  private final Map<LocalDate, Long> days = new TreeMap<>();

  /** Counts a letter. */
  public void add(Letter letter) {
    letters++;
    count(reasons, letter.reason().map(Enum::name).orElse(UNKNOWN));
    letter.rules().forEach(rule -> count(rules, rule));
    count(days, LocalDate.ofInstant(letter.written(), ZoneOffset.UTC));
  }

  public long letters() {
    return letters;
  }

  /** Letters by reason code. */
  public Map<String, Long> reasons() {
    return reasons;
  }

  /** Letters by rule broken; one letter may have broken several. */
  public Map<String, Long> rules() {
    return rules;
  }

  /** Letters by the day (UTC) that they were written. */
  public Map<LocalDate, Long> days() {
    return days;
  }

  private static <K> void count(Map<K, Long> counts, K key) {
    counts.merge(key, 1L, Long::sum);
  }
}
