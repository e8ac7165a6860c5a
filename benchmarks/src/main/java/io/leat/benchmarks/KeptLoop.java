package io.leat.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime called as directly as its Java interface allows: one thread, and tensors that are
 * made once, over memory that is filled again. Confined to one thread.
 */
final class KeptLoop implements AutoCloseable {
  private final ScoringModels model;
  private final int rows;
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;
  private final FloatBuffer input;
  private final FloatBuffer output;
  private final OnnxTensor keptInput;
  private final OnnxTensor keptOutput;
  private final Map<String, OnnxTensor> fed;
  private final Map<String, OnnxTensor> pinned;

  /**
   * @param rows a run
   */
  KeptLoop(ScoringModels model, int rows) throws OrtException {
    this.model = model;
    this.rows = rows;
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    session = environment.createSession(model.onnx(), options);
    input = floats(rows * model.width());
    keptInput = OnnxTensor.createTensor(environment, input, new long[] {rows, model.width()});
    fed = Map.of("x", keptInput);
    try (OrtSession.Result result = session.run(fed, Set.of("y"))) {
      long[] shape = ((OnnxTensor) result.get(0)).getInfo().getShape();
      output = floats((int) (shape[0] * shape[1]));
      keptOutput = OnnxTensor.createTensor(environment, output, shape);
    }
    pinned = Map.of("y", keptOutput);
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** The session, for other ways to call it. */
  OrtSession session() {
    return session;
  }

  /**
   * Runs the rows from a place on, begun again behind the last.
   *
   * @return the score of the first
   */
  float run(float[][] all, int from) throws OrtException {
    input.clear();
    for (int row = 0; row < rows; row++) {
      input.put(all[(from + row) % all.length]);
    }
    session.run(fed, pinned).close();
    return score(0);
  }

  /** The score of a row of the last run. */
  float score(int row) {
    return output.get(row * (output.capacity() / rows) + model.column());
  }

  @Override
  public void close() throws OrtException {
    keptInput.close();
    keptOutput.close();
    session.close();
    options.close();
  }
}
