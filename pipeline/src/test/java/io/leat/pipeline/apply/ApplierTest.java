package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.TestFolder;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
  @TempDir private Path directory;

  @Test
  void aBrokerThatDoesNotAnswerIsNamed() throws PipelineException {
    Pipeline pipeline = TestFolder.cardPayments(directory).read();
    Map<String, String> nowhere =
        Map.of(
            "bootstrap.servers", "127.0.0.1:1",
            "default.api.timeout.ms", "1500",
            "request.timeout.ms", "1000");

    assertThatThrownBy(
            () -> new Applier(nowhere, new RegistryClient("mock://nowhere")).plan(pipeline))
        .isInstanceOf(ApplyException.class)
        .hasMessageStartingWith("The broker at 127.0.0.1:1 failed: ")
        .hasMessageEndingWith("Is it running, and may this user create topics?");
  }
}
