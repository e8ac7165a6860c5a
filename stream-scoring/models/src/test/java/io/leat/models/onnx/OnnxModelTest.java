package io.leat.models.onnx;

import static io.leat.models.onnx.OnnxGraphs.DOUBLE;
import static io.leat.models.onnx.OnnxGraphs.FLOAT;
import static io.leat.models.onnx.OnnxGraphs.INT64;
import static io.leat.models.onnx.OnnxGraphs.operator;
import static io.leat.models.onnx.OnnxGraphs.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.retraining.training.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {
  private static final Model.Output PROBABILITY = new Model.Output("probabilities", 1);
  private static final Model.Output FIRST = new Model.Output("y", 0);

  @TempDir Path folder;

  @Test
  void scoresAreThoseOfTheJavaModelThatWasExported() throws InferenceException {
    TrainedModel trained = TestModels.train(1);
    Random random = new Random(2);
    try (OnnxModel model = OnnxModel.open(file(trained.onnx()), PROBABILITY, 3);
        Inference inference = model.inference()) {
      for (int i = 0; i < 10_000; i++) {
        float[] row = {200 * random.nextFloat() - 50, random.nextInt(2), random.nextInt(20)};
        assertThat(inference.score(new double[] {row[0], row[1], row[2]}))
            .isCloseTo(trained.scorer().probability(row), within(1e-6));
      }
    }
  }

  @Test
  void inputsAreCastToWhatTheGraphReads() throws InferenceException {
    double fine = 1 + 1e-12; // single precision cannot tell it from 1
    assertThat(identity(FLOAT, fine)).isEqualTo(1.0);
    assertThat(identity(DOUBLE, fine)).isEqualTo(fine);
  }

  private double identity(int type, double value) throws InferenceException {
    byte[] onnx = operator("Identity", tensor("y", type, -1, 1), tensor("x", type, -1, 1));
    try (OnnxModel model = OnnxModel.open(file(onnx), FIRST, 1);
        Inference inference = model.inference()) {
      return inference.score(new double[] {value});
    }
  }

  @Test
  void aShapeThatTheFileLeavesOpenIsLearntFromATrial() throws InferenceException {
    byte[] onnx = operator("Identity", tensor("y", FLOAT, -1, -1), tensor("x", FLOAT, -1, -1));
    try (OnnxModel model = OnnxModel.open(file(onnx), new Model.Output("y", 2), 4);
        Inference inference = model.inference()) {
      assertThat(inference.score(new double[] {1, 2, 3, 4})).isEqualTo(3);
    }
  }

  @Test
  void aModelSaysWhatItWasMadeFor() {
    try (OnnxModel model = OnnxModel.open(file(TestModels.train(3).onnx()), PROBABILITY, 3)) {
      assertThat(model.metadata()).contains(ModelMetadata.of(TestModels.SERVICE));
    }
  }

  @Test
  void aMatrixOfAnotherWidthIsRefused() {
    assertThatThrownBy(() -> OnnxModel.open(file(TestModels.train(4).onnx()), PROBABILITY, 5))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("model.onnx")
        .hasMessageContaining("[-1, 3]")
        .hasMessageContaining("[batch, 5]");
  }

  @Test
  void anUnknownOutputIsRefusedWithThoseThatAreThere() {
    assertThatThrownBy(
            () ->
                OnnxModel.open(
                    file(TestModels.train(5).onnx()), new Model.Output("probability", 1), 3))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no output probability")
        .hasMessageContaining("[probabilities]");
  }

  @Test
  void aColumnThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () ->
                OnnxModel.open(
                    file(TestModels.train(6).onnx()), new Model.Output("probabilities", 2), 3))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("[1, 2]");
  }

  @Test
  void aZipMapIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> OnnxModel.open(file(OnnxGraphs.zipMap(3)), FIRST, 3))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("sequence or a map")
        .hasMessageContaining("'zipmap': False");
  }

  @Test
  void labelsAreNoScore() {
    byte[] onnx = operator("ArgMax", tensor("y", INT64, -1, -1), tensor("x", FLOAT, -1, 3));
    assertThatThrownBy(() -> OnnxModel.open(file(onnx), FIRST, 3))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("float or double numbers");
  }

  @Test
  void anInputAFeatureIsRefused() {
    byte[] onnx =
        operator(
            "Add",
            tensor("y", FLOAT, -1, 1),
            tensor("amount", FLOAT, -1, 1),
            tensor("count", FLOAT, -1, 1));
    assertThatThrownBy(() -> OnnxModel.open(file(onnx), FIRST, 2))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("2 inputs")
        .hasMessageContaining("single input");
  }

  @Test
  void whatIsNoModelIsRefused() {
    assertThatThrownBy(() -> OnnxModel.open(file(new byte[] {1, 2, 3}), FIRST, 3))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("model.onnx")
        .hasMessageContaining("ONNX Runtime");
  }

  @Test
  void aFileIsReadWithinBounds() throws IOException {
    Model model = TestModels.model("fraud", folder.resolve("model.onnx"));
    assertThatThrownBy(() -> ModelFile.read(model))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("leat train");
    TestModels.write(folder, new byte[100]);
    assertThat(ModelFile.read(model, 100).bytes()).hasSize(100);
    assertThatThrownBy(() -> ModelFile.read(model, 99))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("more than 99");
    TestModels.write(folder, "abc".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(ModelFile.read(model).sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  private static ModelFile file(byte[] onnx) {
    return new ModelFile(Path.of("models/fraud/model.onnx"), onnx, "");
  }
}
