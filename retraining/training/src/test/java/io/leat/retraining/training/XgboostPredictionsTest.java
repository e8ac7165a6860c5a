package io.leat.retraining.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.testing.soak.Soak;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What XGBoost itself predicts, its model read into Java and its model written as ONNX are one. */
class XgboostPredictionsTest {
  private static final int TRAINED = 400;
  private static final int ASKED = 1_000;

  static Stream<Kind> kinds() {
    return IntStream.range(0, Soak.times(5, 200))
        .boxed()
        .flatMap(i -> Stream.of(Kind.BINARY, Kind.multiclass(3), Kind.REGRESSION));
  }

  private static final Random RANDOM = new Random(Soak.seed());

  @ParameterizedTest
  @MethodSource("kinds")
  void allThreePredictAlike(Kind kind) throws Exception {
    TrainingSet set = Rows.of(kind, TRAINED, RANDOM.nextLong());
    float[] base =
        kind.type() == Kind.Type.BINARY
            ? new float[] {(float) RANDOM.nextGaussian()}
            : new float[kind.margins()];
    DMatrix training = BoostedTrees.matrix(set, kind, base);
    Booster booster =
        XGBoost.train(training, parameters(kind), 1 + RANDOM.nextInt(200), Map.of(), null, null);
    BoostedModel read = BoostedModel.read(booster.toByteArray("json"), base);
    byte[] onnx = OnnxGraphWriter.write("boosted-trees", read, Links.of(kind), kind, Rows.METADATA);

    float[][] rows = rows(read);
    TrainingSet.Builder asked = TrainingSet.builder(Rows.METADATA.features());
    for (float[] row : rows) {
      asked.add(0, IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray(), 0.0);
    }
    DMatrix matrix = BoostedTrees.matrix(asked.build(), kind, base);
    float[][] library = booster.predict(matrix);
    float[][] file = OnnxFile.run(onnx, kind, rows);

    Link link = Links.of(kind);
    for (int i = 0; i < rows.length; i++) {
      double[] java = link.predict(read.margins(rows[i]));
      assertThat(library[i]).hasSize(kind.margins());
      for (int k = 0; k < library[i].length; k++) {
        int column = kind.columns() - library[i].length + k;
        double scale = Math.max(1, Math.abs(library[i][k]));
        assertThat((double) file[i][column]).isCloseTo(library[i][k], within(1e-6 * scale));
        assertThat(java[column]).isCloseTo(library[i][k], within(1e-6 * scale));
      }
    }
    booster.dispose();
    training.dispose();
    matrix.dispose();
  }

  private Map<String, Object> parameters(Kind kind) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("max_depth", 1 + RANDOM.nextInt(8));
    parameters.put("eta", 0.02 + 0.5 * RANDOM.nextDouble());
    parameters.put("gamma", RANDOM.nextBoolean() ? 0 : 0.5);
    parameters.put("min_child_weight", RANDOM.nextInt(3));
    parameters.put("tree_method", RANDOM.nextBoolean() ? "hist" : "exact");
    parameters.put("nthread", 1);
    parameters.put("verbosity", 0);
    switch (kind.type()) {
      case BINARY -> parameters.put("objective", "binary:logistic");
      case MULTICLASS -> {
        parameters.put("objective", "multi:softprob");
        parameters.put("num_class", kind.classes());
        parameters.put("base_score", 0);
      }
      case REGRESSION -> {
        parameters.put("objective", "reg:squarederror");
        parameters.put("base_score", 0);
      }
    }
    return parameters;
  }

  /** Random rows whose values often are a threshold of the feature, or next to one. */
  private float[][] rows(BoostedModel model) {
    List<List<Float>> thresholds =
        IntStream.range(0, Rows.METADATA.features().size())
            .mapToObj(
                feature ->
                    model.trees().stream()
                        .flatMap(
                            tree ->
                                IntStream.range(0, tree.feature().length)
                                    .filter(node -> tree.feature()[node] == feature)
                                    .mapToObj(node -> tree.numbers()[node]))
                        .toList())
            .toList();
    float[][] rows = new float[ASKED][];
    for (int i = 0; i < rows.length; i++) {
      double[] values = Rows.values(RANDOM);
      rows[i] = new float[values.length];
      for (int feature = 0; feature < values.length; feature++) {
        List<Float> known = thresholds.get(feature);
        rows[i][feature] = (float) values[feature];
        if (!known.isEmpty() && RANDOM.nextBoolean()) {
          float threshold = known.get(RANDOM.nextInt(known.size()));
          rows[i][feature] =
              switch (RANDOM.nextInt(4)) {
                case 0 -> Math.nextUp(threshold);
                case 1 -> Math.nextDown(threshold);
                default -> threshold;
              };
        }
      }
    }
    return rows;
  }
}
