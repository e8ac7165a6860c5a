package io.leat.cli.dlq;

import io.leat.cli.PlatformOptions;
import io.leat.cli.UserError;
import io.leat.ingestion.letters.LetterContract;
import io.leat.pipeline.Contract;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a command finds the cluster and today's contract. */
final class ContractOptions {
  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      description =
          "Folder of the pipeline that declares the event. Default: the one that 'leat up' runs.")
  private @Nullable Path folder;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  PlatformOptions platform() {
    return platform;
  }

  /**
   * The pipeline that was named, or that {@code leat up} runs; empty if there is neither.
   *
   * @throws PipelineException if it is wrong
   */
  Optional<Pipeline> pipeline() throws PipelineException {
    if (folder != null) {
      return Optional.of(PipelineReader.read(folder));
    }
    Path running = platform.folder().resolve("pipeline");
    try {
      return Files.exists(running)
          ? Optional.of(PipelineReader.read(Path.of(Files.readString(running))))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + running + ": " + e.getMessage(), e);
    }
  }

  /**
   * What today's contract says of letters; empty where no pipeline is known.
   *
   * @throws PipelineException if the pipeline is wrong
   */
  Optional<LetterContract> contract(String event) throws PipelineException {
    Optional<Pipeline> pipeline = pipeline();
    return pipeline.isEmpty() ? Optional.empty() : Optional.of(contract(pipeline.get(), event));
  }

  LetterContract contract(Pipeline pipeline, String event) {
    Contract contract =
        pipeline
            .contract(event)
            .orElseThrow(
                () ->
                    new UserError(
                        "Pipeline %s has no event %s; it has %s."
                            .formatted(
                                pipeline.name(),
                                event,
                                String.join(
                                    ", ",
                                    pipeline.contracts().stream().map(Contract::event).toList()))));
    return new LetterContract(contract, platform.registry());
  }
}
