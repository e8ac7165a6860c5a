package io.leat.deadletters;

import io.leat.ingestion.refusal.DeadLetterReason;
import java.util.EnumMap;
import java.util.Map;

/** What a replay has done so far. Not thread-safe. */
public final class ReplayReport {
  private long replayed;
  private long before;
  private long left;
  private long skipped;
  private final Map<DeadLetterReason, Long> reasons = new EnumMap<>(DeadLetterReason.class);

  /** Dead letters whose events were produced again; in a dry run, would be. */
  public long replayed() {
    return replayed;
  }

  /** Dead letters that an earlier replay had produced. */
  public long before() {
    return before;
  }

  /** Dead letters that stay: they would be refused again, or could not be read. */
  public long left() {
    return left;
  }

  /** Dead letters that stay for the contract now skips them: they are no events to it. */
  public long skipped() {
    return skipped;
  }

  /** Dead letters that would be refused again, by reason. */
  public Map<DeadLetterReason, Long> reasons() {
    return reasons;
  }

  void addReplayed(int deadLetters) {
    replayed += deadLetters;
  }

  void addBefore() {
    before++;
  }

  void addSkipped() {
    skipped++;
  }

  void addLeft() {
    left++;
  }

  void addLeft(DeadLetterReason reason) {
    left++;
    reasons.merge(reason, 1L, Long::sum);
  }
}
