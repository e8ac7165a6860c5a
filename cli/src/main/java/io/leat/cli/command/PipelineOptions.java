package io.leat.cli.command;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a command finds the platform and the pipeline that runs on it. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class PipelineOptions {
  @Setting(otherwise = "the one that 'leat up' runs")
  @Option(names = "--pipeline", paramLabel = "DIR", description = "Folder of the pipeline.")
  private @Nullable Path folder;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  public PlatformOptions platform() {
    return platform;
  }

  /**
   * The pipeline that was named, or that {@code leat up} runs; empty if there is neither.
   *
   * @throws PipelineException if it is wrong
   */
  public Optional<Pipeline> find() throws PipelineException {
    Optional<Path> found = folder != null ? Optional.of(folder) : platform.stack().pipeline();
    return found.isEmpty() ? Optional.empty() : Optional.of(PipelineReader.read(found.get()));
  }

  /**
   * The pipeline that was named, or that {@code leat up} runs.
   *
   * @throws PipelineException if it is wrong
   * @throws UserError if there is neither
   */
  public Pipeline pipeline() throws PipelineException {
    return find().orElseThrow(() -> new UserError(platform.stack().noPipeline()));
  }

  /**
   * The contract of an event.
   *
   * @throws UserError if the pipeline has none
   */
  public static Contract contract(Pipeline pipeline, String event) {
    return pipeline
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
  }
}
