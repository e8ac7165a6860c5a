package io.leat.models.guard;

import io.leat.models.guard.Finding.Verdict;
import io.leat.records.GuardKind;
import io.leat.records.RolloutGuard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known of a version and the champion beside it in one stage of a rollout. Not thread-safe.
 */
public final class StageEvidence {
  private final ShareDifference unscored;
  private final ScoreDistance scores;
  private long failuresInARow;

  /** Its most: a circuit breaker that was open stays open, whatever comes after. */
  private long mostInARow;

  private StageEvidence(ShareDifference unscored, ScoreDistance scores) {
    this.unscored = unscored;
    this.scores = scores;
  }

  /** Of a stage that has just begun. */
  public StageEvidence() {
    this(new ShareDifference(), new ScoreDistance());
  }

  /** The version was given a vector. */
  public void version(boolean scored) {
    unscored.version(!scored);
    failuresInARow = scored ? 0 : failuresInARow + 1;
    mostInARow = Math.max(mostInARow, failuresInARow);
  }

  /** The champion was given a vector, as itself. */
  public void champion(boolean scored) {
    unscored.champion(!scored);
  }

  /**
   * The version's score of a vector.
   *
   * @param guards of the stage; the same each time
   */
  public void versionScore(double score, List<RolloutGuard> guards) {
    guard(guards, GuardKind.SCORE_DISTRIBUTION)
        .ifPresent(guard -> scores.version(score, guard.getLimit()));
  }

  /** The champion's score of a vector; as {@link #versionScore}. */
  public void championScore(double score, List<RolloutGuard> guards) {
    guard(guards, GuardKind.SCORE_DISTRIBUTION).ifPresent(guard -> scores.champion(score));
  }

  private static Optional<RolloutGuard> guard(List<RolloutGuard> guards, GuardKind kind) {
    return guards.stream().filter(guard -> guard.getKind() == kind).findFirst();
  }

  /** How many vectors the version was given. */
  public long events() {
    return unscored.versionCount();
  }

  /** How many vectors either was given, and how many of them they had no score for. */
  public String counts() {
    return "version: %d of %d vectors without a score; champion: %d of %d"
        .formatted(
            unscored.versionFailures(),
            unscored.versionCount(),
            unscored.championFailures(),
            unscored.championCount());
  }

  /** What a guard says now. */
  public Finding finding(RolloutGuard guard) {
    double limit = guard.getLimit();
    double alpha = guard.getAlpha();
    return switch (guard.getKind()) {
      case UNSCORED -> {
        Interval interval = unscored.interval(alpha);
        yield new Finding(
            verdict(interval.lower() > limit, interval.upper() < limit),
            "unscored: version less champion in %s, margin %s, alpha %s"
                .formatted(interval, limit, alpha));
      }
      case SCORE_DISTRIBUTION -> {
        Interval interval = scores.interval(alpha);
        yield new Finding(
            verdict(scores.evidence() >= 1 / alpha, interval.upper() < limit),
            String.format(
                Locale.ROOT,
                "score_distribution: distance %.4g in %s, margin %s, alpha %s, e-value %.4g, of %d and %d scores",
                scores.distance(),
                interval,
                limit,
                alpha,
                scores.evidence(),
                scores.versionCount(),
                scores.championCount()));
      }
      case FAILURES_IN_A_ROW ->
          new Finding(
              verdict(mostInARow >= limit, true),
              "failures_in_a_row: at most %d, limit %d".formatted(mostInARow, Math.round(limit)));
    };
  }

  private static Verdict verdict(boolean tripped, boolean passed) {
    return tripped ? Verdict.TRIPPED : passed ? Verdict.PASSED : Verdict.UNDECIDED;
  }

  /** As {@link #read} has it. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream to = new DataOutputStream(bytes)) {
      unscored.write(to);
      to.writeLong(failuresInARow);
      to.writeLong(mostInARow);
      scores.write(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** From what {@link #bytes} gave. */
  public static StageEvidence read(byte[] bytes) {
    try (DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes))) {
      ShareDifference unscored = ShareDifference.read(from);
      long failuresInARow = from.readLong();
      long mostInARow = from.readLong();
      StageEvidence evidence = new StageEvidence(unscored, ScoreDistance.read(from));
      evidence.failuresInARow = failuresInARow;
      evidence.mostInARow = mostInARow;
      return evidence;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
