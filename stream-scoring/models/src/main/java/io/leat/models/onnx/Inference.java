package io.leat.models.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * Runs a model on one row at a time. Owned by one thread: it writes into one input tensor and reads
 * one output tensor, both over direct buffers that it keeps for its life, so a score allocates no
 * native memory.
 */
public final class Inference implements AutoCloseable {
  private final OrtSession session;
  private final ByteBuffer input;
  private final ByteBuffer output;
  private final boolean floatInput;
  private final boolean floatOutput;
  private final int scoreColumn;
  private final OnnxTensor inputTensor;
  private final OnnxTensor outputTensor;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> outputs;

  private Inference(
      OrtSession session, Buffered input, String inputName, Buffered output, Model.Output score) {
    this.session = session;
    this.input = input.buffer();
    this.output = output.buffer();
    this.floatInput = input.type() == OnnxJavaType.FLOAT;
    this.floatOutput = output.type() == OnnxJavaType.FLOAT;
    this.scoreColumn = score.index();
    this.inputTensor = input.tensor();
    this.outputTensor = output.tensor();
    this.inputs = Map.of(inputName, inputTensor);
    this.outputs = Map.of(score.output(), outputTensor);
  }

  /** A tensor over a direct buffer in native order. */
  private record Buffered(OnnxJavaType type, ByteBuffer buffer, OnnxTensor tensor) {
    static Buffered of(OrtEnvironment environment, OnnxJavaType type, long[] shape)
        throws OrtException {
      int bytes = type.size * (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      return new Buffered(type, buffer, OnnxTensor.createTensor(environment, buffer, shape, type));
    }
  }

  /**
   * Runs the model once on zeros to learn its output's shape, which files often leave open.
   *
   * @throws ModelException if the output is not one row with the score's column
   */
  static Inference of(
      OrtEnvironment environment,
      OrtSession session,
      String inputName,
      OnnxJavaType inputType,
      Model.Output score,
      int width) {
    try {
      Buffered input = Buffered.of(environment, inputType, new long[] {1, width});
      try {
        TensorInfo output = trial(session, Map.of(inputName, input.tensor()), score);
        return new Inference(
            session,
            input,
            inputName,
            Buffered.of(environment, output.type, output.getShape()),
            score);
      } catch (OrtException | ModelException e) {
        input.tensor().close();
        throw e;
      }
    } catch (OrtException e) {
      throw new ModelException(
          "the model fails on a row of %d zeros: %s".formatted(width, e.getMessage()), e);
    }
  }

  private static TensorInfo trial(
      OrtSession session, Map<String, OnnxTensor> inputs, Model.Output score) throws OrtException {
    try (OrtSession.Result result = session.run(inputs, Set.of(score.output()))) {
      OnnxValue value = result.get(0);
      TensorInfo info = (TensorInfo) value.getInfo(); // checked when the model was opened
      long[] shape = info.getShape();
      boolean oneRow =
          (shape.length == 1 || shape.length == 2)
              && shape[0] == 1
              && score.index() < (shape.length == 1 ? 1 : shape[1]);
      if (!oneRow) {
        throw new ModelException(
            "output %s has the shape %s for one row; expected [1, columns] with more than %d columns. Correct outputs.score."
                .formatted(score.output(), Arrays.toString(shape), score.index()));
      }
      return info;
    }
  }

  /**
   * Scores a row.
   *
   * @param row one number a feature, finite, or NaN for what is missing; cast to single precision
   *     where the model's input is
   * @return the score as the model gives it, maybe not finite
   * @throws InferenceException if the model fails on this row
   */
  public double score(double[] row) throws InferenceException {
    for (int i = 0; i < row.length; i++) {
      if (floatInput) {
        input.putFloat(i * Float.BYTES, (float) row[i]);
      } else {
        input.putDouble(i * Double.BYTES, row[i]);
      }
    }
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new InferenceException(e);
    }
    return floatOutput
        ? output.getFloat(scoreColumn * Float.BYTES)
        : output.getDouble(scoreColumn * Double.BYTES);
  }

  @Override
  public void close() {
    inputTensor.close();
    outputTensor.close();
  }
}
