package io.leat.retraining.training;

import java.util.Arrays;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseVector;

/**
 * Ridge regression (Hoerl and Kennard, Technometrics 12, 1970) on standardised features, by its
 * normal equations: the weights {@code (X'X + l2 I)^-1 X'y} of centred labels; the intercept, which
 * costs nothing, is the labels' mean.
 */
final class RidgeRegression implements Learner {
  @Override
  public LinearMarginModel fit(
      TrainingSet set, Kind kind, Hyperparameters hyperparameters, long seed, int rounds) {
    Standardisation standardisation = Standardisation.of(set);
    int width = set.features().size();
    double mean = Arrays.stream(set.labels()).sum() / set.size();
    double[][] squares = new double[width][width];
    double[] products = new double[width];
    double[] sums = new double[width];
    for (TrainingSet.Row row : set.rows()) {
      double[] standard = standardisation.apply(row.values());
      for (int i = 0; i < width; i++) {
        sums[i] += standard[i];
        products[i] += standard[i] * (row.label() - mean);
        for (int j = 0; j <= i; j++) {
          squares[i][j] += standard[i] * standard[j];
        }
      }
    }
    for (int i = 0; i < width; i++) {
      for (int j = 0; j <= i; j++) {
        // Standardised columns have mean 0 but for rounding.
        squares[i][j] -= sums[i] * sums[j] / set.size();
        squares[j][i] = squares[i][j];
      }
      squares[i][i] += hyperparameters.real("l2");
    }
    double[] weights =
        DenseMatrix.createDenseMatrix(squares)
            .choleskyFactorization()
            .orElseThrow(() -> new ArithmeticException("the normal equations are singular"))
            .solve(DenseVector.createDenseVector(products))
            .toArray();
    return new LinearMarginModel(standardisation, new double[][] {weights}, new double[] {mean});
  }
}
