package io.leat.scoring;

import io.leat.models.onnx.Fixture;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.TestModels;
import io.leat.pipeline.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens, runs and closes models again and again, by themselves and by rollouts that replace each
 * other, and prints by how many kilobytes the process has grown in each round. To be run with a
 * heap that is touched whole at the start, so that what grows is native memory.
 */
public final class NativeMemorySoak {
  static final int RELOADS = 200;
  private static final int SCORES = 200;

  /**
   * Models of whose inputs or outputs some are made anew for every vector: maps of classes, texts.
   */
  private static final List<String> COPIED = List.of("sklearn_three_classes_zipmap", "every_type");

  private static final int COPIED_SCORES = 40_000;

  /** Rollouts a round, each of which the last is replaced by. */
  private static final int SWAPS = 50;

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
      for (String name : COPIED) {
        score(Fixture.read(name));
      }
      ModelSwaps.run(SWAPS, false);
      System.out.println(residentKilobytes() - before);
    }
  }

  private static OnnxModel score(ModelFile file) throws InferenceException {
    OnnxModel model =
        OnnxModel.open(file, TestModels.model("fraud", file.path()), TestModels.TYPES);
    try (Inference inference = model.inference(1)) {
      for (int i = 0; i < SCORES; i++) {
        if (inference.add(List.of((double) i, true, 3L)).isPresent()) {
          throw new IllegalStateException("the vector is an input of the model");
        }
        inference.run();
      }
    }
    return model;
  }

  private static void score(Fixture fixture) throws InferenceException {
    try (OnnxModel model = fixture.open();
        Inference inference = model.inference(1)) {
      List<@Nullable Object> row = fixture.rows().get(0);
      for (int i = 0; i < COPIED_SCORES; i++) {
        if (inference.add(row).isPresent()) {
          throw new IllegalStateException("the row is an input of the model");
        }
        inference.run();
      }
    }
  }

  static long residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
