package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.ReferenceProfile;
import io.leat.pipeline.Model;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineReader;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.RegistryClient;
import io.leat.scoring.ScoringJob;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipelines that come with Leat, as they lie in their folders. */
class ExamplesTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("leat.project", "..")).resolve("examples");

  @TempDir private Path state;

  @ParameterizedTest
  @ValueSource(strings = {"card-payments", "electricity"})
  void anExamplesModelsAreOfItsDefinitions(String name) throws Exception {
    Path folder = EXAMPLES.resolve(name);
    Pipeline pipeline = PipelineReader.read(folder);
    String registry = "http://127.0.0.1:9"; // nobody is asked
    JobContext context =
        new JobContext(
            pipeline,
            new RegistryClient(registry),
            ServiceServer.metrics(pipeline.name(), "scoring"),
            new Readiness(),
            JobOptions.of(folder, "127.0.0.1:9", registry, state, 0));

    // Opens every model and holds it against its service; throws what does not fit.
    assertThat(new ScoringJob().topology(context).describe().subtopologies()).isNotEmpty();

    assertThat(pipeline.models()).isNotEmpty();
    for (Model model : pipeline.models()) {
      ModelMetadata wanted = ModelMetadata.of(pipeline.service(model.service()).orElseThrow());
      assertThat(ReferenceProfile.read(model).definition()).isEqualTo(wanted.definition());
    }
  }
}
