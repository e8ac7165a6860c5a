package io.leat.retraining.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;

/** A model's file, run by ONNX Runtime. */
final class OnnxFile {
  private OnnxFile() {}

  static float[][] run(byte[] onnx, Kind kind, float[][] rows) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(onnx, options);
        OnnxTensor input = OnnxTensor.createTensor(environment, rows);
        OrtSession.Result result = session.run(Map.of(OnnxGraphWriter.INPUT, input))) {
      return (float[][]) result.get(kind.output()).orElseThrow().getValue();
    }
  }
}
