package io.leat.cli.backtest;

import io.leat.cli.command.UserError;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What decisions cost once the label is known; what is not named costs nothing.
 *
 * @param byDecisionAndLabel {@code review:false} to its cost
 */
record Costs(Map<String, Double> byDecisionAndLabel) {
  Costs {
    byDecisionAndLabel = Map.copyOf(byDecisionAndLabel);
  }

  /**
   * As the command line has them.
   *
   * @param decisions that there are
   * @throws UserError if another is named
   */
  static Costs of(Map<String, Double> named, Set<String> decisions) {
    Map<String, Double> costs = new TreeMap<>();
    named.forEach(
        (key, cost) -> {
          int colon = key.lastIndexOf(':');
          String decision = colon < 0 ? key : key.substring(0, colon);
          String label = key.substring(colon + 1);
          boolean isDecision = decision.equals(Report.NONE) || decisions.contains(decision);
          if (!isDecision || !Set.of("true", "false").contains(label) || !Double.isFinite(cost)) {
            throw new UserError(
                "--cost %s=%s is none; expected DECISION:LABEL=NUMBER with one of the decisions %s or none, and the label true or false: review:false=5."
                    .formatted(key, cost, decisions));
          }
          costs.put(key, cost);
        });
    return new Costs(costs);
  }

  boolean isEmpty() {
    return byDecisionAndLabel.isEmpty();
  }

  double of(String decision, boolean label) {
    return byDecisionAndLabel.getOrDefault(decision + ":" + label, 0.0);
  }
}
