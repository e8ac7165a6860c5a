package io.leat.scoring.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.models.onnx.ElementType;
import io.leat.models.onnx.TensorValue;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTensorsTest {
  private static final List<Long> TWO_BY_TWO = List.of(2L, 2L);

  private static JsonNode parse(String json) throws RequestException {
    return JsonTensors.parse(json.getBytes(UTF_8));
  }

  private static TensorValue read(ElementType type, List<Long> shape, String json)
      throws RequestException {
    int size = shape.stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact);
    return JsonTensors.tensor("x", type, shape, size, parse(json), false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[1, 2, 3, 4]", "[[1, 2], [3, 4]]"})
  void flatAndNestedDataAreTheSame(String json) throws Exception {
    TensorValue tensor = read(ElementType.FLOAT, TWO_BY_TWO, json);

    assertThat((float[]) tensor.elements()).containsExactly(1, 2, 3, 4);
    assertThat(JsonTensors.write(JsonTensors.nested(tensor)))
        .isEqualTo("[[1.0,2.0],[3.0,4.0]]".getBytes(UTF_8));
    assertThat(JsonTensors.write(JsonTensors.flat(tensor)))
        .isEqualTo("[1.0,2.0,3.0,4.0]".getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FLOAT | [1, 2, 3] | has 3 elements",
        "FLOAT | [[1, 2], [3]] | is not nested as its shape",
        "FLOAT | [[1, 2, 3, 4]] | is not nested as its shape",
        "FLOAT | [[1, [2]], [3, 4]] | is not nested as its shape",
        "FLOAT | 7 | is not nested as its shape",
        "FLOAT | [1, 2, 3, '1'] | expected FP32",
        "FLOAT | [1, 2, 3, null] | expected FP32",
        "FLOAT | [1, 2, 3, 1e39] | expected FP32",
        "DOUBLE | [1, 2, 3, true] | expected FP64",
        "INT32 | [1, 2, 3, 2147483648] | expected INT32",
        "INT32 | [1, 2, 3, 1.5] | expected INT32",
        "INT64 | [1, 2, 3, 9223372036854775808] | expected INT64",
        "INT64 | [1, 2, 3, 4.0] | expected INT64",
        "BOOL | [0, 1, true, 2] | expected BOOL",
        "BOOL | [0, 1, true, 4294967297] | expected BOOL",
        "STRING | [1, 2, 3, 4] | expected BYTES"
      },
      quoteCharacter = '`')
  void whatIsNoSuchTensorIsRefusedWithWhatWasFound(ElementType type, String json, String why) {
    assertThatThrownBy(() -> read(type, TWO_BY_TWO, json.replace('\'', '"')))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(why)
        .extracting(refusal -> ((RequestException) refusal).status().code())
        .isEqualTo(400);
  }

  @Test
  void wholeNumbersBeyondDoublesKeepEveryDigit() throws Exception {
    TensorValue tensor =
        read(ElementType.INT64, List.of(2L), "[9007199254740993, -9223372036854775808]");

    assertThat((long[]) tensor.elements()).containsExactly((1L << 53) + 1, Long.MIN_VALUE);
    assertThat(new String(JsonTensors.write(JsonTensors.flat(tensor)), UTF_8))
        .isEqualTo("[9007199254740993,-9223372036854775808]");
  }

  @Test
  void whatIsNoNumberIsReadAndWrittenBare() throws Exception {
    TensorValue tensor = read(ElementType.DOUBLE, List.of(3L), "[NaN, Infinity, -Infinity]");

    assertThat((double[]) tensor.elements())
        .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    assertThat(new String(JsonTensors.write(JsonTensors.flat(tensor)), UTF_8))
        .isEqualTo("[NaN,Infinity,-Infinity]");
  }

  @Test
  void textsAndTruthsAreTaken() throws Exception {
    assertThat((String[]) read(ElementType.STRING, List.of(2L), "[\"ä\", \"\"]").elements())
        .containsExactly("ä", "");
    assertThat((byte[]) read(ElementType.BOOL, List.of(4L), "[true, false, 1, 0]").elements())
        .containsExactly(1, 0, 1, 0);
  }

  @Test
  void anEmptyBatchHasNoElements() throws Exception {
    TensorValue tensor = read(ElementType.FLOAT, List.of(0L, 3L), "[]");

    assertThat(tensor.size()).isZero();
    assertThat(JsonTensors.nested(tensor)).isEmpty();
  }

  @Test
  void aDataFramesNumbersAreCast() throws Exception {
    JsonNode data = parse("[7.0, 8]");

    assertThat(
            (long[])
                JsonTensors.tensor("x", ElementType.INT64, List.of(2L), 2, data, true).elements())
        .containsExactly(7, 8);
    assertThat(
            (float[])
                JsonTensors.tensor("x", ElementType.FLOAT, List.of(1L), 1, parse("[null]"), true)
                    .elements())
        .containsExactly(Float.NaN);
    assertThatThrownBy(
            () ->
                JsonTensors.tensor(
                    "x", ElementType.INT64, List.of(2L), 2, parse("[7.5, null]"), true))
        .hasMessageContaining("7.5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{} {}", "{\"a\":1,\"a\":2}", "[1]", "nonsense", "{"},
      quoteCharacter = '`')
  void aBodyIsOneObject(String body) {
    byte[] bytes = body.getBytes(UTF_8);

    assertThatThrownBy(() -> JsonTensors.object(bytes, 0, bytes.length))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("The body");
  }
}
