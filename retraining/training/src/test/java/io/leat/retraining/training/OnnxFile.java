package io.leat.retraining.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;

/** A model's file, run by ONNX Runtime. */
final class OnnxFile {
  private OnnxFile() {}

  /** On one thread, as services run it: several may add up trees in another order. */
  static float[][] run(byte[] onnx, Kind kind, float[][] rows) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = options();
        OrtSession session = environment.createSession(onnx, options);
        OnnxTensor input = OnnxTensor.createTensor(environment, rows);
        OrtSession.Result result = session.run(Map.of(OnnxGraphWriter.INPUT, input))) {
      return (float[][]) result.get(kind.output()).orElseThrow().getValue();
    }
  }

  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return options;
  }
}
