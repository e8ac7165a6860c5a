package io.leat.retraining.training;

import io.leat.pipeline.model.ModelMetadata;
import java.time.Instant;

/**
 * Trains a binary classifier: logistic regression on the earlier four fifths of the rows, measured
 * on the newest fifth.
 */
public final class Trainer {
  private static final double HOLD_OUT_SHARE = 0.2;

  private Trainer() {}

  /**
   * Trains a model.
   *
   * @param set rows of the metadata's features
   * @param metadata what the model file will say it was made for
   * @throws TrainingException if there are too few rows, or all labels of the earlier or of the
   *     newest rows are alike
   */
  public static TrainedModel train(TrainingSet set, ModelMetadata metadata)
      throws TrainingException {
    requireFeatures(set, metadata);
    TrainingSet.Split split = set.splitByTime(HOLD_OUT_SHARE);
    requireBothLabels(split.training(), "training (the earlier four fifths)");
    requireBothLabels(split.holdOut(), "hold-out (the newest fifth)");
    return fit(split, metadata);
  }

  /**
   * Trains a model on one part and measures it on the other.
   *
   * @param split of rows of the metadata's features
   * @param metadata what the model file will say it was made for
   * @throws TrainingException if all labels of a part are alike
   */
  public static TrainedModel trainOn(TrainingSet.Split split, ModelMetadata metadata)
      throws TrainingException {
    requireFeatures(split.training(), metadata);
    requireBothLabels(split.training(), "training part");
    requireBothLabels(split.holdOut(), "hold-out part");
    return fit(split, metadata);
  }

  private static TrainedModel fit(TrainingSet.Split split, ModelMetadata metadata) {
    TrainingSet training = split.training();
    TrainingSet holdOut = split.holdOut();
    LogisticModel model = LogisticRegression.fit(training);
    TrainingReport report =
        new TrainingReport(
            training.features().size(),
            time(training, 0),
            time(holdOut, 0),
            time(holdOut, holdOut.size() - 1),
            measure(model, training),
            measure(model, holdOut));
    return new TrainedModel(OnnxExport.write(model, metadata), report, model::probability);
  }

  private static void requireFeatures(TrainingSet set, ModelMetadata metadata) {
    if (!set.features().equals(metadata.features())) {
      throw new IllegalArgumentException(
          "the set's features are %s; expected %s".formatted(set.features(), metadata.features()));
    }
  }

  private static void requireBothLabels(TrainingSet part, String name) throws TrainingException {
    if (part.positives() == 0 || part.positives() == part.size()) {
      throw new TrainingException(
          "The %s has %d rows, %d of them with a true label; expected rows of both labels. Give more data, or a longer span of it."
              .formatted(name, part.size(), part.positives()));
    }
  }

  private static Instant time(TrainingSet set, int row) {
    return Instant.ofEpochMilli(set.rows().get(row).eventTimeMillis());
  }

  private static Metrics measure(LogisticModel model, TrainingSet set) {
    double[] probabilities = new double[set.size()];
    boolean[] labels = new boolean[set.size()];
    for (int i = 0; i < set.size(); i++) {
      probabilities[i] = model.probability(set.rows().get(i).values());
      labels[i] = set.rows().get(i).label();
    }
    return Metrics.of(probabilities, labels);
  }
}
