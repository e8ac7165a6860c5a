package io.leat.retraining.training;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a trainer is to do.
 *
 * @param algorithm how to learn
 * @param kind what to predict, which the algorithm can
 * @param grid the candidates, at least one: each is trained, and that with the least loss over the
 *     folds is chosen, of equals the first
 * @param seed of all that is random; the same rows, plan and metadata give the same bytes
 * @param folds how many times a candidate is measured on rows after those it learnt from, at least
 *     1; 0 for one candidate that is not measured before the hold-out, without early stopping and
 *     calibration
 * @param calibrations those of which the one with the least expected calibration error on the folds
 *     is chosen; {@code NONE} alone for other kinds than binary classification, and with no folds
 */
public record TrainingPlan(
    Algorithm algorithm,
    Kind kind,
    List<Hyperparameters> grid,
    long seed,
    int folds,
    Set<CalibrationMethod> calibrations) {
  /** Where a plan does not say: any number does. */
  public static final long SEED = 12345;

  private static final int MOST_FOLDS = 50;
  private static final int FOLDS = 4;

  public TrainingPlan {
    grid = List.copyOf(grid);
    calibrations = Set.copyOf(calibrations);
    boolean calibrates = !calibrations.equals(Set.of(CalibrationMethod.NONE));
    String wrong =
        !algorithm.learns(kind)
            ? "%s does not learn %s".formatted(algorithm.label(), kind.type())
            : grid.isEmpty()
                ? "the grid is empty; expected at least one candidate"
                : folds < 0 || folds > MOST_FOLDS
                    ? "%d folds; expected 0 to %d".formatted(folds, MOST_FOLDS)
                    : calibrations.isEmpty()
                        ? "no calibration; expected NONE at least"
                        : folds == 0 && (grid.size() > 1 || calibrates)
                            ? "no folds, which choose among candidates and calibrations; expected at least 1, or one candidate and no calibration"
                            : calibrates && kind.type() != Kind.Type.BINARY
                                ? "%s is not calibrated; expected NONE".formatted(kind.type())
                                : "";
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(wrong);
    }
  }

  /**
   * An algorithm's defaults: one candidate of a linear model, without folds; several of boosted
   * trees, with four folds and, of two classes, the best calibration.
   *
   * @throws IllegalArgumentException if the algorithm does not learn this kind
   */
  public static TrainingPlan of(Algorithm algorithm, Kind kind) {
    List<Hyperparameters> grid = algorithm.defaultGrid();
    TrainingPlan plan =
        new TrainingPlan(algorithm, kind, grid, SEED, grid.size() > 1 ? FOLDS : 0, uncalibrated());
    return grid.size() > 1 && kind.type() == Kind.Type.BINARY
        ? plan.withCalibrations(EnumSet.allOf(CalibrationMethod.class))
        : plan;
  }

  /** The same with another grid. */
  public TrainingPlan withGrid(List<Hyperparameters> other) {
    return new TrainingPlan(algorithm, kind, other, seed, folds, calibrations);
  }

  /** The same with another seed. */
  public TrainingPlan withSeed(long other) {
    return new TrainingPlan(algorithm, kind, grid, other, folds, calibrations);
  }

  /** The same with another number of folds. */
  public TrainingPlan withFolds(int other) {
    return new TrainingPlan(algorithm, kind, grid, seed, other, calibrations);
  }

  /** The same with other calibrations to choose from. */
  public TrainingPlan withCalibrations(Set<CalibrationMethod> others) {
    return new TrainingPlan(algorithm, kind, grid, seed, folds, others);
  }

  private static Set<CalibrationMethod> uncalibrated() {
    return EnumSet.of(CalibrationMethod.NONE);
  }
}
