package io.leat.models.registry;

import static io.leat.models.onnx.OnnxGraphs.FLOAT;
import static io.leat.models.onnx.OnnxGraphs.operator;
import static io.leat.models.onnx.OnnxGraphs.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.TestModels;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is tried of a graph whose score is a root: a negative number has none. */
class TrialTest {
  @TempDir private Path folder;

  @Test
  void eachRowOfAnExampleIsScored() throws IOException {
    assertThat(trial(List.of(List.of(4.0), List.of(9.0), List.of(0.0))).runs()).isPositive();
  }

  @Test
  void aRowThatHasNoFiniteScoreIsNamed() {
    assertThatThrownBy(() -> trial(List.of(List.of(4.0), List.of(-1.0))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("row 1 of the example")
        .hasMessageContaining("[-1.0]")
        .hasMessageContaining("the score NaN; expected a finite number");
  }

  @Test
  void aRowThatIsNoInputIsPassedOver() throws IOException {
    assertThat(trial(List.of(Arrays.asList((Object) null), List.of(4.0))).runs()).isPositive();
  }

  private Trial trial(List<List<@Nullable Object>> rows) throws IOException {
    byte[] onnx = operator("Sqrt", tensor("y", FLOAT, -1, 1), tensor("x", FLOAT, -1, 1));
    Model model =
        TestModels.with(
            TestModels.model("root", TestModels.write(folder, onnx)),
            Map.of(),
            new Model.Nulls(Optional.empty(), Map.of()),
            new Model.Output("y", Optional.empty()),
            Map.of());
    try (OnnxModel open =
        OnnxModel.open(ModelFile.read(model), model, TestModels.types(ValueType.DOUBLE))) {
      return Trial.of(open, rows);
    }
  }
}
