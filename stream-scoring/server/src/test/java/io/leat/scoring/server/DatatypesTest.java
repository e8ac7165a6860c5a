package io.leat.scoring.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.models.onnx.ElementType;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.TensorValue;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DatatypesTest {
  private static Signature.Tensor input(ElementType type, long... shape) {
    return new Signature.Tensor("x", type, Arrays.stream(shape).boxed().toList());
  }

  static Stream<Arguments> tensors() {
    return Stream.of(
        Arguments.of(ElementType.FLOAT, new float[] {1.5f, Float.NaN}),
        Arguments.of(ElementType.DOUBLE, new double[] {-0.0, Double.MIN_VALUE}),
        Arguments.of(ElementType.INT32, new int[] {Integer.MIN_VALUE, 7}),
        Arguments.of(ElementType.INT64, new long[] {Long.MAX_VALUE, (1L << 53) + 1}),
        Arguments.of(ElementType.BOOL, new byte[] {1, 0}),
        Arguments.of(ElementType.STRING, new String[] {"ä€", ""}));
  }

  @ParameterizedTest
  @MethodSource("tensors")
  void whatIsWrittenRawIsReadAsTheSame(ElementType type, Object elements) throws Exception {
    TensorValue tensor = TensorValue.of(type, List.of(2L, 1L), elements);

    byte[] raw = Datatypes.raw(tensor);

    TensorValue read =
        Datatypes.ofRaw(input(type, -1, 1), List.of(2L, 1L), 2, ByteBuffer.wrap(raw));
    assertThat(read.elements()).isEqualTo(elements);
    assertThat(read.shape()).containsExactly(2L, 1L);
  }

  @ParameterizedTest
  @MethodSource("tensors")
  void bytesThatAreTooManyOrTooFewAreRefused(ElementType type, Object elements) {
    byte[] raw = Datatypes.raw(TensorValue.of(type, List.of(2L), elements));

    for (int length : new int[] {0, raw.length - 1, raw.length + 1}) {
      ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(raw, length));
      assertThatThrownBy(() -> Datatypes.ofRaw(input(type, -1), List.of(2L), 2, bytes))
          .as("%d bytes of %d", length, raw.length)
          .isInstanceOf(RequestException.class);
    }
  }

  @Test
  void aShapeFitsWhereTheGraphLeavesASizeFreeOrHasTheSame() throws Exception {
    Signature.Tensor matrix = input(ElementType.FLOAT, -1, 3);

    assertThat(Datatypes.check(matrix, "FP32", List.of(2L, 3L))).isEqualTo(6);
    assertThat(Datatypes.check(matrix, "FP32", List.of(0L, 3L))).isZero();
    assertThat(Datatypes.check(input(ElementType.FLOAT), "FP32", List.of(4L))).isEqualTo(4);
    for (List<Long> other :
        List.of(
            List.of(3L), List.of(2L, 4L), List.of(-1L, 3L), List.of(1L, 3L, 1L), List.<Long>of())) {
      assertThatThrownBy(() -> Datatypes.check(matrix, "FP32", other))
          .hasMessageContaining("the model takes [-1, 3]");
    }
    assertThatThrownBy(() -> Datatypes.check(matrix, "FP32", List.of(Long.MAX_VALUE / 2, 3L)))
        .hasMessageContaining("more than one request may have");
  }

  @Test
  void anotherDatatypeThanTheGraphsIsRefused() {
    assertThatThrownBy(() -> Datatypes.check(input(ElementType.FLOAT, -1), "FP64", List.of(1L)))
        .hasMessage("Input x is FP64; the model takes FP32.");
  }
}
