package io.leat.cli.backtest;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.evaluation.OffPolicy;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.records.ModelVersion;
import io.leat.report.ReportJson;
import io.leat.runtime.settings.TimeConverter;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.VectorScorer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what another version would have made of vectors of the past. */
@Command(
    name = "backtest",
    description =
        "Scores a span of logged vectors with a version, and says how its scores and decisions differ"
            + " from those that were written, or from another version's, and which are better."
            + " Writes nothing to the platform.")
public final class BacktestCommand implements Callable<Integer> {
  private static final String WRITTEN = "what was written";

  @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
  private String model = "";

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      required = true,
      description = "The candidate: a number, a label, an alias, or digits of a digest.")
  private String version = "";

  @Option(
      names = "--against",
      paramLabel = "VERSION",
      description =
          "The version that it is compared with, named likewise. Default: the scores that were"
              + " written, by whatever version.")
  private @Nullable String against;

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
      names = "--labels-until",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Labels of another event than the service's own are known if they were written before."
              + " Default: now.")
  private @Nullable Instant labelsUntil;

  @Option(
      names = "--threshold",
      paramLabel = "SCORE",
      split = ",",
      description = "Says too what a yes from this score on would have meant; several with commas.")
  private List<Double> thresholds = new ArrayList<>();

  @Option(
      names = "--segment",
      paramLabel = "FIELD",
      split = ",",
      description =
          "Says it of each value of a feature (its full name) or of a field of the spine event, too;"
              + " several with commas.")
  private List<String> segments = new ArrayList<>();

  @Option(
      names = "--cost",
      paramLabel = "DECISION:LABEL=COST",
      split = ",",
      description =
          "What a decision costs once its label is known: review:false=5,none:true=100. What is not"
              + " named costs nothing.")
  private Map<String, Double> costs = new LinkedHashMap<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000000",
      description =
          "At most about so many vectors; they are held in memory, about 500 bytes each. Of a longer"
              + " span a share of the entities is looked at. Default: ${DEFAULT-VALUE}.")
  private long limit = 1_000_000;

  @Option(names = "--json", description = "Prints one line of JSON instead of tables.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes a page with plots, too, that needs no other file.")
  private @Nullable Path html;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  @SuppressWarnings("UnusedVariable") // picocli asks for it; of the usual two the other is ours
  private boolean help;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    if (limit < 1) {
      throw new UserError("--limit is %d; expected at least 1.".formatted(limit));
    }
    Pipeline pipeline = options.pipeline();
    PlatformOptions platform = options.platform();
    AvroCodec codec = new AvroCodec(platform.registry());
    RegistryView registry =
        RegistryView.read(platform.kafka(), codec)
            .orElseThrow(
                () ->
                    new LeatException(
                        ErrorCode.NOT_APPLIED,
                        "There is no topic %s on this cluster. Run 'leat apply'."
                            .formatted(Topics.MODEL_REGISTRY)));
    ModelVersion candidate = new ModelReference(model, version).resolve(registry);
    Optional<ModelVersion> baseline =
        Optional.ofNullable(against).map(name -> new ModelReference(model, name).resolve(registry));
    FeatureService service = service(pipeline, candidate);
    List<SegmentField> fields =
        segments.stream()
            .map(
                name ->
                    SegmentField.of(
                        name, service, PipelineOptions.contract(pipeline, service.spine())))
            .toList();
    try (ArtifactStore artifacts = ArtifactStore.open(platform.artifacts());
        Opened first = Opened.of(candidate, artifacts);
        Opened second = baseline.map(one -> Opened.of(one, artifacts)).orElse(first)) {
      Costs named = Costs.of(costs, decisions(first, second));
      SpanReader.Span span =
          new SpanReader(platform.kafka(), codec, fields)
              .read(
                  candidate,
                  first.scorer(),
                  baseline.map(one -> second.scorer()),
                  Optional.ofNullable(from),
                  Optional.ofNullable(to),
                  limit);
      Optional<LabelReader.Found> labels =
          new LabelReader(
                  platform.kafka(),
                  codec,
                  pipeline,
                  service,
                  fields,
                  Optional.ofNullable(labelsUntil))
              .read(span.rows());
      Backtest backtest = new Backtest(span.rows());
      Report report =
          report(
              backtest,
              span,
              labels,
              name(candidate),
              baseline.map(BacktestCommand::name).orElse(WRITTEN),
              named,
              decisions(first, second),
              fields);
      print(report, backtest);
    }
    return 0;
  }

  private static FeatureService service(Pipeline pipeline, ModelVersion version) {
    return pipeline
        .service(version.getService())
        .orElseThrow(
            () ->
                new UserError(
                    "Version %d of model %s reads the service %s, and pipeline %s has none of that name."
                        .formatted(
                            version.getNumber(),
                            version.getModel(),
                            version.getService(),
                            pipeline.name())));
  }

  private static String name(ModelVersion version) {
    return "%s@%d (%s)".formatted(version.getModel(), version.getNumber(), version.getLabel());
  }

  private static Set<String> decisions(Opened first, Opened second) {
    Set<String> names = new TreeSet<>();
    for (Opened one : List.of(first, second)) {
      one.version().rules().forEach(rule -> names.add(rule.decision()));
    }
    return names;
  }

  private Report report(
      Backtest backtest,
      SpanReader.Span span,
      Optional<LabelReader.Found> labels,
      String candidate,
      String baseline,
      Costs named,
      Set<String> decisions,
      List<SegmentField> fields) {
    Optional<OffPolicy> offPolicy = backtest.offPolicy();
    return new Report(
        model,
        candidate,
        baseline,
        Optional.ofNullable(from),
        Optional.ofNullable(to),
        span.rows().size(),
        span.offsets(),
        span.share(),
        span.entities(),
        span.unreadable(),
        backtest.agreement(),
        backtest.decisions(),
        backtest.changed(),
        backtest.examples(),
        span.unscored(),
        labels,
        backtest.performance(),
        backtest.cost(named),
        thresholds.stream().map(at -> backtest.at(at, named, decisions)).toList(),
        backtest.segments(fields),
        offPolicy,
        backtest.offPolicySays(offPolicy));
  }

  private void print(Report report, Backtest backtest) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ReportJson.of(report));
    } else {
      ReportText.lines(report).forEach(out::println);
    }
    out.flush();
    if (html != null) {
      try {
        Files.writeString(html, ReportPage.of(report, backtest));
      } catch (IOException e) {
        throw new UserError(
            "--html %s cannot be written: %s. What it would have said is above, without its plots."
                .formatted(html, e));
      }
    }
  }

  /** A version that is open for this command. */
  private record Opened(LoadedVersion version, VectorScorer scorer) implements AutoCloseable {
    static Opened of(ModelVersion version, ArtifactStore artifacts) {
      LoadedVersion loaded = LoadedVersion.open(version, artifacts, new SimpleMeterRegistry());
      try {
        return new Opened(loaded, new VectorScorer(loaded));
      } catch (RuntimeException e) {
        loaded.release();
        throw e;
      }
    }

    @Override
    public void close() {
      if (version.isOpen()) {
        scorer.close();
        version.release();
      }
    }
  }
}
