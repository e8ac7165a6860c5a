package io.leat.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.schemas.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A model of two matrices, 4 x 400 and 400 x 1, that it keeps in {@code external.data}; a file of
 * that name with other weights lies in the process's working directory.
 */
class ExternalWeightsTest {
  private static final Model.Output SCORE = new Model.Output("score", 0);
  private static final int HIDDEN = 400;
  private static final Path FOREIGN = Path.of("external.data");

  @TempDir Path folder;

  private Model model;
  private byte[] onnx;
  private byte[] weights;

  @BeforeEach
  void copyTheModel() throws IOException {
    onnx = resource("external.onnx");
    weights = resource("external.data");
    Files.write(folder.resolve("external.data"), weights);
    Files.write(FOREIGN, new byte[weights.length]);
    model = TestModels.model("fraud", TestModels.write(folder, onnx));
  }

  @AfterEach
  void deleteTheForeignFile() throws IOException {
    Files.delete(FOREIGN);
  }

  @Test
  void theyAreThoseBesideTheModelWhereverTheServiceRuns() throws InferenceException {
    double[] row = {0.5, -1.25, 2, 1};
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>();
    List.of("a", "b", "c", "d")
        .forEach(feature -> features.put(feature, Optional.of(ValueType.DOUBLE)));
    Model reading =
        TestModels.with(
            model, Map.of(), new Model.Nulls(Optional.empty(), Map.of()), SCORE, Map.of());

    try (OnnxModel open = OnnxModel.open(ModelFile.read(model), reading, features);
        Inference inference = open.inference(1)) {
      double expected = expected(row);
      assertThat(expected).isNotZero();
      assertThat(inference.add(Arrays.stream(row).boxed().toList())).isEmpty();
      assertThat(inference.run().get(0).score())
          .isCloseTo(expected, within(1e-3 * Math.abs(expected)));
    }
  }

  /** The same product, in double precision, of the file's single-precision numbers. */
  private double expected(double[] row) {
    ByteBuffer numbers = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    double sum = 0;
    for (int j = 0; j < HIDDEN; j++) {
      double hidden = 0;
      for (int i = 0; i < row.length; i++) {
        hidden += row[i] * numbers.getFloat(Float.BYTES * (i * HIDDEN + j));
      }
      sum += hidden * numbers.getFloat(Float.BYTES * (row.length * HIDDEN + j));
    }
    return sum;
  }

  @Test
  void theyAreHashedWithTheModel() throws Exception {
    String before = ModelFile.read(model).sha256();
    String lines = "%s  model.onnx\n%s  external.data\n".formatted(sha256(onnx), sha256(weights));
    assertThat(before).isEqualTo(sha256(lines.getBytes(StandardCharsets.UTF_8)));

    weights[17] ^= 1;
    Files.write(folder.resolve("external.data"), weights);

    assertThat(ModelFile.read(model).sha256()).isNotEqualTo(before);
  }

  @Test
  void aFileOfWeightsThatIsNotThereIsNamed() throws IOException {
    Files.delete(folder.resolve("external.data"));

    assertThatThrownBy(() -> ModelFile.read(model))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Model fraud: there is no file " + folder.resolve("external.data"));
  }

  @Test
  void weightsBeyondTheEndOfTheirFileAreRefused() throws IOException {
    Files.write(folder.resolve("external.data"), Arrays.copyOf(weights, weights.length - 1));

    assertThatThrownBy(() -> ModelFile.read(model))
        .hasMessageContaining("external.data at offset 6400, length 1600; the file has 7999 bytes");
  }

  /** Names as long as the one that the model has, so that it stays whole. */
  @ParameterizedTest
  @ValueSource(strings = {"../outer.data", "/outside.data", "a/../../x.dat"})
  void aNameThatLeadsElsewhereIsRefusedWithTheRemedy(String name) throws IOException {
    TestModels.write(
        folder,
        new String(onnx, StandardCharsets.ISO_8859_1)
            .replace("external.data", name)
            .getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> ModelFile.read(model))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("keeps weights in '" + name + "'")
        .hasMessageContaining("save_as_external_data=False");
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream file = ExternalWeightsTest.class.getResourceAsStream("/external/" + name)) {
      return file.readAllBytes();
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
