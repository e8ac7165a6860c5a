package io.leat.retraining.gate;

import java.util.Collection;

/** What a gate says. */
public enum Verdict {
  /** The challenger is not worse than allowed, at 5 %. */
  PASS,

  /** The challenger is worse than allowed, at 5 %. */
  FAIL,

  /** The rows do not tell, or cannot be judged. */
  INCONCLUSIVE;

  /** Of several: the first fails all; else what is inconclusive is; of none nothing is known. */
  static Verdict of(Collection<Verdict> verdicts) {
    return verdicts.contains(FAIL)
        ? FAIL
        : verdicts.isEmpty() || verdicts.contains(INCONCLUSIVE) ? INCONCLUSIVE : PASS;
  }
}
