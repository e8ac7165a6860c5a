package io.leat.cli.dlq;

import io.leat.cli.PipelineOptions;
import io.leat.cli.PlatformOptions;
import io.leat.ingestion.letters.LetterContract;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** Where a command finds the cluster and today's contract. */
final class ContractOptions {
  @Mixin private PipelineOptions options = new PipelineOptions();

  PlatformOptions platform() {
    return options.platform();
  }

  /**
   * The pipeline that was named, or that {@code leat up} runs; empty if there is neither.
   *
   * @throws PipelineException if it is wrong
   */
  Optional<Pipeline> pipeline() throws PipelineException {
    return options.find();
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
    return new LetterContract(
        PipelineOptions.contract(pipeline, event), options.platform().registry());
  }
}
