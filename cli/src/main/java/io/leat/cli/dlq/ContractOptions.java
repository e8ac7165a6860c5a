package io.leat.cli.dlq;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.PlatformOptions;
import io.leat.deadletters.DeadLetterContract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
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
   * What today's contract says of dead letters; empty where no pipeline is known.
   *
   * @throws PipelineException if the pipeline is wrong
   */
  Optional<DeadLetterContract> contract(String event) throws PipelineException {
    Optional<Pipeline> pipeline = pipeline();
    return pipeline.isEmpty() ? Optional.empty() : Optional.of(contract(pipeline.get(), event));
  }

  DeadLetterContract contract(Pipeline pipeline, String event) {
    return new DeadLetterContract(
        PipelineOptions.contract(pipeline, event), options.platform().registry());
  }
}
