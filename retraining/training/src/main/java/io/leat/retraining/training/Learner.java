package io.leat.retraining.training;

import java.util.ArrayList;
import java.util.List;

/** An algorithm at work. Stateless: a function of rows, hyperparameters and seed. */
interface Learner {
  /**
   * Learns from all rows.
   *
   * @param set rows of the kind's labels; of a classification, of at least two classes
   * @param rounds how many trees a margin; 0 for as many as the hyperparameters say
   * @throws TrainingException if the algorithm cannot run on this machine
   */
  MarginModel fit(
      TrainingSet set, Kind kind, Hyperparameters hyperparameters, long seed, int rounds)
      throws TrainingException;

  /**
   * Measures one candidate on the folds.
   *
   * @param folds at least one
   */
  default Validation validate(
      List<TrainingSet.Split> folds, Kind kind, Hyperparameters hyperparameters, long seed)
      throws TrainingException {
    List<double[][]> margins = new ArrayList<>();
    for (TrainingSet.Split fold : folds) {
      MarginModel model = fit(fold.training(), kind, hyperparameters, seed, 0);
      margins.add(
          fold.holdOut().rows().stream()
              .map(row -> model.margins(row.values()))
              .toArray(double[][]::new));
    }
    return new Validation(0, margins);
  }

  /**
   * What a candidate gives on rows that it has not learnt from.
   *
   * @param rounds how many trees a margin it is best with; 0 of what is not boosted
   * @param margins of each fold, of each of its validation rows
   */
  record Validation(int rounds, List<double[][]> margins) {
    public Validation {
      margins = List.copyOf(margins);
    }
  }
}
