package io.leat.scoring;

import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.TestModels;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens, runs and closes a model again and again, and prints by how many kilobytes the process has
 * grown in each round. To be run with a heap that is touched whole at the start, so that what grows
 * is native memory.
 */
public final class NativeMemorySoak {
  static final int RELOADS = 200;
  private static final int SCORES = 200;

  private NativeMemorySoak() {}

  /**
   * @param arguments how many rounds, and whether to leave the sessions open (true, false)
   */
  public static void main(String[] arguments) throws Exception {
    ModelFile file = new ModelFile(Path.of("model.onnx"), TestModels.train(7).onnx(), "");
    boolean leak = Boolean.parseBoolean(arguments[1]);
    for (int round = 0; round < Integer.parseInt(arguments[0]); round++) {
      long before = residentKilobytes();
      for (int i = 0; i < RELOADS; i++) {
        OnnxModel model = score(file);
        if (!leak) {
          model.close();
        }
      }
      System.out.println(residentKilobytes() - before);
    }
  }

  private static OnnxModel score(ModelFile file) throws InferenceException {
    double[] row = {10, 1, 3};
    OnnxModel model = OnnxModel.open(file, new Model.Output("probabilities", 1), 3);
    try (Inference inference = model.inference()) {
      for (int i = 0; i < SCORES; i++) {
        row[0] = i;
        inference.score(row);
      }
    }
    return model;
  }

  private static long residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
