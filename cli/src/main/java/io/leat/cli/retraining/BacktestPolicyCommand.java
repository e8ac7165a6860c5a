package io.leat.cli.retraining;

import io.leat.cli.command.UserError;
import io.leat.cli.retraining.PolicyBacktest.LabelledVector;
import io.leat.cli.train.VectorOptions;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.report.ReportJson;
import io.leat.retraining.samples.Samples;
import io.leat.runtime.settings.TimeConverter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replays the past under a retraining policy. */
@Command(
    name = "backtest",
    mixinStandardHelpOptions = true,
    description = {
      "Replays vectors of the past under a retraining policy: episodes that would have opened, runs,"
          + " and how well each champion would have done, beside never training again, training each"
          + " week, and what hindsight chooses. Needs no stack and changes nothing."
    })
final class BacktestPolicyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      required = true,
      description = "The retraining policy.")
  private String name = "";

  @Mixin private VectorOptions vectors = new VectorOptions();

  @Option(
      names = "--begin",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "When the replay begins; the first champion learns from what lies before. Default: after"
              + " the first third of the vectors.")
  private @Nullable Instant begin;

  @Option(names = "--json", description = "One line of JSON in place of the tables.")
  private boolean json;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page with a plot, too.")
  private @Nullable Path html;

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @throws PipelineException if the pipeline is wrong
   * @throws UserError if the policy or its monitor is not there, or the vectors are too few
   */
  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = PipelineReader.readBeforeTraining(folder);
    RetrainingPolicy policy =
        pipeline.retraining().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UserError(
                        "Pipeline %s has no retraining policy %s; it has %s."
                            .formatted(
                                pipeline.name(),
                                name,
                                pipeline.retraining().stream()
                                    .map(RetrainingPolicy::name)
                                    .toList())));
    Model model = pipeline.model(policy.model()).orElseThrow();
    FeatureService service = pipeline.service(model.service()).orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    List<LabelledVector> rows = new ArrayList<>();
    vectors.read(
        pipeline,
        service,
        json ? new PrintWriter(java.io.Writer.nullWriter()) : out,
        (time, values, label) ->
            rows.add(new LabelledVector(time, values, Samples.truth(label, service))));
    rows.sort(Comparator.comparingLong(LabelledVector::time));
    if (rows.isEmpty()) {
      throw new UserError("There are no vectors to replay.");
    }
    Instant from = begin != null ? begin : Instant.ofEpochMilli(rows.get(rows.size() / 3).time());
    PolicyBacktestReport report =
        new PolicyBacktest(pipeline, policy, model, service, rows).replay(from);
    if (json) {
      out.println(ReportJson.of(report));
    } else {
      PolicyBacktestText.print(report, out);
    }
    out.flush();
    if (html != null) {
      try {
        Files.writeString(html, PolicyBacktestText.page(report));
      } catch (IOException e) {
        throw new UserError("Cannot write %s: %s".formatted(html, e.getMessage()), e);
      }
    }
    return 0;
  }
}
