package io.leat.scoring;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.TestModels;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.TestVersions;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.FeatureVector;
import io.leat.records.ModelVersion;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RolloutLoader;
import io.leat.scoring.engine.RolloutScorer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Goes over from one rollout to the next, again and again, as a task of the scoring service does.
 */
public final class ModelSwaps {
  private static final int SCORES = 200;

  private ModelSwaps() {}

  /**
   * @param arguments how many rollouts, and whether to leave the sessions open (true, false)
   */
  public static void main(String[] arguments) throws Exception {
    run(Integer.parseInt(arguments[0]), Boolean.parseBoolean(arguments[1]))
        .forEach(System.out::println);
  }

  /**
   * @param leak whether to leave the sessions open
   * @return kilobytes that the process has resident after each swap
   */
  static List<Long> run(int swaps, boolean leak) throws IOException {
    List<Long> resident = new ArrayList<>();
    Path folder = Files.createTempDirectory("swaps");
    try (ArtifactStore artifacts = ArtifactStore.open(folder.toString());
        ModelRollouts rollouts =
            new ModelRollouts("fraud", new SimpleMeterRegistry(), InstantSource.system())) {
      List<ModelVersion> versions = new ArrayList<>();
      for (int number = 1; number <= 2; number++) {
        ModelFile file = new ModelFile(Path.of("model.onnx"), TestModels.train(number).onnx(), "");
        Pipeline pipeline = TestModels.pipeline(TestModels.model("fraud", file.path()));
        versions.add(TestVersions.of(number, pipeline.models().get(0), pipeline, file, artifacts));
      }
      RolloutLoader loader = new RolloutLoader(artifacts, new SimpleMeterRegistry());
      FeatureVector vector = TestModels.vector("p", List.of(20.0, true, 3L));
      @Nullable RolloutScorer task = null;
      for (int swap = 1; swap <= swaps; swap++) {
        RegistryView view =
            TestVersions.registry(
                versions,
                List.of(
                    TestVersions.model(
                        "fraud",
                        TestVersions.champion(swap, versions.get(swap % versions.size())))));
        rollouts.read(view);
        rollouts.load(loader, view);
        if (leak) {
          rollouts.acquire(); // a user more, who never leaves
        }
        RolloutScorer next = new RolloutScorer(rollouts.acquire());
        if (task != null) {
          task.close();
        }
        task = next;
        for (int i = 0; i < SCORES; i++) {
          task.decide(new byte[0], vector);
        }
        resident.add(NativeMemorySoak.residentKilobytes());
      }
      if (task != null) {
        task.close();
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return resident;
  }
}
