package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.ReferenceProfile;
import io.leat.models.registry.ModelPackage;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipelines that come with Leat, as they lie in their folders. */
class ExamplesTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("leat.project", "..")).resolve("examples");

  @ParameterizedTest
  @ValueSource(strings = {"card-payments", "electricity"})
  void anExamplesModelsAreOfItsDefinitions(String name) throws Exception {
    Path folder = EXAMPLES.resolve(name);
    // Opens every model and holds it against its service; throws what does not fit.
    Pipeline pipeline = PipelineReader.read(folder, ModelPackage::of);

    assertThat(pipeline.models()).isNotEmpty();
    for (Model model : pipeline.models()) {
      ModelMetadata wanted = ModelMetadata.of(pipeline.service(model.service()).orElseThrow());
      assertThat(ReferenceProfile.read(model).definition()).isEqualTo(wanted.definition());
    }
  }
}
