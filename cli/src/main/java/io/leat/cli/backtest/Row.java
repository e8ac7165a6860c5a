package io.leat.cli.backtest;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** One vector of the span, what both sides made of it, and what became true. One thread owns it. */
final class Row {
  static final String NO_SEGMENT = "(null)";

  private final String eventId;
  private final Instant eventTime;
  private final int entity;
  private final Optional<Answer> baseline;
  private final Optional<Answer> candidate;
  private final Optional<Logged> logged;
  private final String[] segments;
  private Truth truth = Truth.NOT_LOOKED_FOR;

  /** A score, and the decision that it led to. */
  record Answer(double score, Optional<String> decision) {}

  /**
   * How it came that a version scored the vector, as the score that was written says.
   *
   * @param propensity how likely that was
   * @param rollout by which it was chosen
   * @param byCandidate whether that version is the candidate
   */
  record Logged(double propensity, long rollout, boolean byCandidate) {}

  /** What is known of the label. */
  enum Truth {
    TRUE,
    FALSE,
    /** There is none, and it is too late for one. */
    MISSING,
    /** It may still come. */
    OPEN,
    /** The spine event is not in its topic. */
    NO_EVENT,
    /** It is neither a boolean nor 0 nor 1. */
    NOT_BINARY,
    /** The service declares none. */
    NOT_LOOKED_FOR
  }

  /**
   * @param entity number of the record's key, from 0
   * @param segments one a segment that is asked for, as far as the vector says it
   */
  Row(
      String eventId,
      Instant eventTime,
      int entity,
      Optional<Answer> baseline,
      Optional<Answer> candidate,
      Optional<Logged> logged,
      String[] segments) {
    this.eventId = eventId;
    this.eventTime = eventTime;
    this.entity = entity;
    this.baseline = baseline;
    this.candidate = candidate;
    this.logged = logged;
    this.segments = segments;
  }

  String eventId() {
    return eventId;
  }

  Instant eventTime() {
    return eventTime;
  }

  int entity() {
    return entity;
  }

  Optional<Answer> baseline() {
    return baseline;
  }

  Optional<Answer> candidate() {
    return candidate;
  }

  Optional<Logged> logged() {
    return logged;
  }

  boolean isScoredByBoth() {
    return baseline.isPresent() && candidate.isPresent();
  }

  boolean isLabelled() {
    return truth == Truth.TRUE || truth == Truth.FALSE;
  }

  boolean label() {
    return truth == Truth.TRUE;
  }

  Truth truth() {
    return truth;
  }

  void setTruth(Truth found) {
    truth = found;
  }

  String segment(int place) {
    return segments[place];
  }

  void setSegment(int place, String value) {
    segments[place] = value;
  }

  @Override
  public String toString() {
    return "%s at %s: %s, %s, %s, %s"
        .formatted(eventId, eventTime, baseline, candidate, truth, Arrays.toString(segments));
  }
}
