package io.leat.models.guard;

import io.leat.models.guard.Finding.Verdict;
import io.leat.records.RolloutStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of a stage.
 *
 * @param reason in one sentence
 * @param evidence what it rests on, a line each
 */
public record StageDecision(Next next, String reason, List<String> evidence) {
  public StageDecision {
    evidence = List.copyOf(evidence);
  }

  private static final double EVEN = 0.5;

  /** What is done. */
  public enum Next {
    WAIT,
    /** The next stage begins. */
    ADVANCE,
    /** A guard tripped: the champion of before has all again. */
    BACK,
    /** The stage's time is over, and it is not passed: as {@link #BACK}. */
    INCONCLUSIVE
  }

  /**
   * Of a stage that has lasted for some time.
   *
   * <p>A guard that tripped ends it at once. It is passed when it has lasted long enough, the
   * version was given enough vectors, one at least, enough of its scores have their label, a bandit
   * rather prefers it, and all guards pass. Where that is not so at the end of its time, it is
   * inconclusive and ends too.
   */
  public static StageDecision of(RolloutStage stage, Duration lasted, StageEvidence evidence) {
    List<String> lines = new ArrayList<>();
    lines.add(evidence.counts());
    if (stage.getLoss() != null) {
      lines.add(evidence.costs());
    }
    if (stage.getBandit() != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "bandit: the version costs less with a chance of %.4g",
              evidence.chance()));
    }
    List<Finding> findings = stage.getGuards().stream().map(evidence::finding).toList();
    findings.forEach(finding -> lines.add(finding.evidence()));
    for (Finding finding : findings) {
      if (finding.verdict() == Verdict.TRIPPED) {
        return new StageDecision(Next.BACK, "a guard tripped: " + finding.evidence(), lines);
      }
    }
    boolean enough =
        lasted.toMillis() >= stage.getMinDuration()
            && evidence.events() >= Math.max(1, stage.getMinEvents())
            && evidence.labels() >= stage.getMinLabels()
            && (stage.getBandit() == null || evidence.chance() >= EVEN);
    if (enough && findings.stream().allMatch(one -> one.verdict() == Verdict.PASSED)) {
      return new StageDecision(Next.ADVANCE, "the stage is passed", lines);
    }
    if (stage.getMaxDuration() != null && lasted.toMillis() >= stage.getMaxDuration()) {
      return new StageDecision(
          Next.INCONCLUSIVE, "inconclusive: the stage is not passed within its time", lines);
    }
    return new StageDecision(Next.WAIT, "the stage goes on", lines);
  }
}
