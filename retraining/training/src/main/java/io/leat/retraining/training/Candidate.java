package io.leat.retraining.training;

import java.util.List;

/**
 * One set of hyperparameters and what it is worth on the folds.
 *
 * @param rounds how many trees a margin it is best with; 0 of what is not boosted
 * @param folds on each fold's validation rows, by time
 * @param validation on the validation rows of all folds together
 */
public record Candidate(
    Hyperparameters hyperparameters, int rounds, List<Metrics> folds, Metrics validation) {
  public Candidate {
    folds = List.copyOf(folds);
  }
}
