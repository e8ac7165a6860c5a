package io.leat.cli.replay;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.models.artifact.ArtifactStore;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.platform.Services;
import io.leat.runtime.settings.TimeConverter;
import io.leat.schemas.AvroCodec;
import io.leat.scoring.ScoreReplay;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes scores again and holds them against those that were written. */
@Command(
    name = "replay-scores",
    mixinStandardHelpOptions = true,
    description =
        "Makes the scores of a span of vectors again, each by the version that its position had,"
            + " and holds them against those that were written. Writes nothing.")
public final class ReplayScoresCommand implements Callable<Integer> {
  private static final int DIFFERENT = 3;

  @Parameters(paramLabel = "MODEL", description = "Name of the model.")
  private String name = "";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "First vectors that were written then: 2026-11-01 or 2026-11-01T12:00:00Z.")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "End of the span, exclusive. Default: now.")
  private @Nullable Instant to;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000000",
      description =
          "At most so many vectors; their scores are held in memory. Default: ${DEFAULT-VALUE}.")
  private long limit = 1_000_000;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = options.pipeline();
    Model model =
        pipeline
            .model(name)
            .orElseThrow(
                () ->
                    new UserError(
                        "Pipeline %s has no model %s; it has %s."
                            .formatted(
                                pipeline.name(),
                                name,
                                pipeline.models().stream().map(Model::name).toList())));
    PlatformOptions platform = options.platform();
    ScoreReplay.Report report;
    try (ArtifactStore artifacts = ArtifactStore.open(platform.artifacts())) {
      report =
          new ScoreReplay(
                  platform.kafka(),
                  new AvroCodec(platform.registry()),
                  artifacts,
                  pipeline.name() + "-" + Services.SCORING,
                  name)
              .run(model.service(), Optional.ofNullable(from), Optional.ofNullable(to), limit);
    }
    PrintWriter out = spec.commandLine().getOut();
    report.examples().forEach(out::println);
    out.printf(
        "%,d vectors: %,d scores are the same, %,d have none and should not, %,d were scored before"
            + " positions were recorded, %,d differ.%n",
        report.vectors(),
        report.same(),
        report.unscored(),
        report.beforeRegistry(),
        report.different());
    return report.different() == 0 ? 0 : DIFFERENT;
  }
}
