package io.leat.retraining.training;

import io.leat.pipeline.model.ModelMetadata;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Rows whose labels are drawn from a known law, a minute apart. */
final class Rows {
  static final ModelMetadata METADATA =
      new ModelMetadata(
          "shop", 1, "abc", List.of("event.a", "event.b", "event.c", "event.d"), Optional.empty());

  private Rows() {}

  /** Values of few and of many levels, one in ten missing. */
  static double[] values(Random random) {
    double[] values = {
      random.nextGaussian(),
      100 + 10 * random.nextGaussian(),
      random.nextInt(4),
      Math.exp(2 * random.nextGaussian())
    };
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(10) == 0 ? Double.NaN : values[i];
    }
    return values;
  }

  /** Not linear, and what is missing says something. */
  static double score(double[] values) {
    return (Double.isNaN(values[0]) ? 1.5 : Math.abs(values[0]) - 0.7)
        + (values[2] == 1 ? 1.2 : -0.3)
        + (Double.isNaN(values[1]) ? 0 : (values[1] - 100) / 15)
        - (values[3] > 3 ? 0.8 : 0);
  }

  static TrainingSet of(Kind kind, int rows, long seed) {
    Random random = new Random(seed);
    TrainingSet.Builder set = TrainingSet.builder(METADATA.features());
    for (int i = 0; i < rows; i++) {
      double[] values = values(random);
      double score = score(values);
      double label =
          switch (kind.type()) {
            case BINARY -> random.nextDouble() < 1 / (1 + Math.exp(-2 * score)) ? 1 : 0;
            case MULTICLASS ->
                Math.min(
                    kind.classes() - 1,
                    Math.max(0, Math.rint(score + 0.5 * random.nextGaussian())));
            case REGRESSION -> 2_000 + 100 * score + 10 * random.nextGaussian();
          };
      set.add(i * 60_000L, values, label);
    }
    return set.build();
  }
}
