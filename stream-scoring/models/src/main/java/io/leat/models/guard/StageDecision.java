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
   * What is done with a stage that has lasted for some time.
   *
   * <p>A guard that tripped ends it at once. It is passed when it has lasted long enough, the
   * version was given enough vectors, one at least, enough of its scores have their label, a bandit
   * rather prefers it, and all guards pass. Where that is not so at the end of its time, it is
   * inconclusive and ends too.
   */
  public static Next next(RolloutStage stage, Duration lasted, StageEvidence evidence) {
    List<Verdict> verdicts = stage.getGuards().stream().map(evidence::verdict).toList();
    if (verdicts.contains(Verdict.TRIPPED)) {
      return Next.BACK;
    }
    boolean enough =
        lasted.toMillis() >= stage.getMinDuration()
            && evidence.events() >= Math.max(1, stage.getMinEvents())
            && evidence.labels() >= stage.getMinLabels()
            && (stage.getBandit() == null || evidence.chance() >= EVEN);
    if (enough && verdicts.stream().allMatch(one -> one == Verdict.PASSED)) {
      return Next.ADVANCE;
    }
    return stage.getMaxDuration() != null && lasted.toMillis() >= stage.getMaxDuration()
        ? Next.INCONCLUSIVE
        : Next.WAIT;
  }

  /** {@link #next}, with the reason and the figures: to be told, not at every look. */
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
    Next next = next(stage, lasted, evidence);
    String reason =
        switch (next) {
          case BACK -> "a guard tripped: " + tripped(findings);
          case ADVANCE -> "the stage is passed";
          case INCONCLUSIVE -> "inconclusive: the stage is not passed within its time";
          case WAIT -> "the stage goes on";
        };
    return new StageDecision(next, reason, lines);
  }

  private static String tripped(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.verdict() == Verdict.TRIPPED)
        .findFirst()
        .orElseThrow()
        .evidence();
  }
}
