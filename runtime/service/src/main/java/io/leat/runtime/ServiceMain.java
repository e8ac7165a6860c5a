package io.leat.runtime;

import io.leat.pipeline.definition.PipelineException;

/**
 * A service as the catalogue ({@code io.leat.platform.Services}) names it by its class: {@code
 * main} runs it as a process of its own, {@link #start} beside others. An implementation has a
 * public constructor without parameters.
 */
public interface ServiceMain {
  /**
   * Starts the service and returns at once.
   *
   * @param flags its options, as its command line takes them
   * @throws PipelineException if the pipeline cannot be read
   * @throws io.leat.common.LeatException with one clear sentence if it cannot start
   * @throws picocli.CommandLine.ParameterException if a flag, or the variable behind it, is wrong
   */
  RunningService start(String... flags) throws PipelineException;
}
