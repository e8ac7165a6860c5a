package io.leat.scoring.batch;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.ScoreTable;
import io.leat.features.offline.replay.PipelineReference;
import io.leat.features.offline.replay.TableCommand;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.models.registry.Serving;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.records.ModelVersion;
import io.leat.runtime.settings.ScoreOptions;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.util.FlinkCompatibilityUtil;

/** {@code leat score}. */
public final class ScoreCommand extends TableCommand<ScoreOptions> {
  /** Name of the command. */
  public static final String NAME = "score";

  private final Function<ScoreOptions, RegistryView> registry;

  public ScoreCommand() {
    this(ScoreCommand::readRegistry);
  }

  /**
   * @param registry reads the model registry
   */
  ScoreCommand(Function<ScoreOptions, RegistryView> registry) {
    super(NAME, new ScoreOptions());
    AvroCodec.trustGeneratedRecords(); // tasks take the version's record along
    this.registry = registry;
  }

  public static void main(String[] arguments) {
    System.exit(new ScoreCommand().execute(arguments));
  }

  private static RegistryView readRegistry(ScoreOptions options) {
    AvroCodec codec = new AvroCodec(new RegistryClient(options.registryUrl()));
    return RegistryView.read(options.kafka(), codec)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_APPLIED,
                    "There is no topic %s on this cluster. Run 'leat apply'."
                        .formatted(Topics.MODEL_REGISTRY)));
  }

  @Override
  protected int run(ScoreOptions options, PipelineReference reference, OfflineCatalog catalog)
      throws IOException, InterruptedException {
    ModelReference named =
        ModelReference.parse(options.model())
            .orElseGet(() -> new ModelReference(options.model(), RegistryView.CHAMPION));
    ModelVersion version = named.resolve(registry.apply(options));
    say(
        "%s is version %d (%s), digest %s, for %s@%d",
        named,
        version.getNumber(),
        version.getLabel(),
        version.getDigest(),
        version.getService(),
        version.getServiceVersion());
    Optional<Path> path = options.inputPath();
    if (path.isPresent()) {
      return run(options, catalog, version, FileInput.open(path.get()));
    }
    try (TableInput table = TableInput.open(catalog, options.input())) {
      return run(options, catalog, version, table);
    }
  }

  private int run(ScoreOptions options, OfflineCatalog catalog, ModelVersion version, Input input)
      throws IOException, InterruptedException {
    Serving serving = PublishedModel.manifest(version).serving();
    requireOf(serving, input);
    FeatureColumns features = FeatureColumns.of(serving, input.schema(), input.name());
    ScoreJob job =
        new ScoreJob(
            version, options.artifacts(), features, input.schema(), input.name(), input.snapshot());
    say(
        "%s (%s): %,d rows%s",
        input.name(),
        input.snapshot(),
        input.rows(),
        input.leftOut().isEmpty()
            ? ""
            : "; lists, maps and structs are not carried along: " + input.leftOut());
    Output output =
        options.outputPath().isPresent()
            ? new FolderOutput(job, options.outputPath().get())
            : TableOutput.of(catalog, job, options.output());
    Optional<Long> there = output.written();
    if (there.isPresent()) {
      say(
          "%s has the scores of this version and this snapshot already, %,d rows: nothing was added.",
          output.name(), there.get());
      return 0;
    }
    Schema wanted = ScoreColumns.of(input.schema(), features);
    job.open().release(); // what cannot be run is told of before anything is made
    score(job, input, output, wanted);
    return 0;
  }

  private static void requireOf(Serving serving, Input input) {
    input
        .definition()
        .filter(definition -> !definition.equals(serving.definition()))
        .ifPresent(
            definition -> {
              throw new LeatException(
                  ErrorCode.INPUT,
                  "%s was made by the definition %s; the version reads %s, definition %s. Score it with a version that was trained on it, or make it again."
                      .formatted(
                          input.name(), definition, serving.service(), serving.definition()));
            });
    boolean bySample =
        serving.explain().filter(explain -> explain.when() == Explain.When.SAMPLE).isPresent();
    if (bySample && input.schema().findField(ScoreTable.EVENT_ID) == null) {
      throw new LeatException(
          ErrorCode.INPUT,
          "%s has no column %s, by which it is decided whose scores are explained. Add one, or score with a version that explains all scores, or none."
              .formatted(input.name(), ScoreTable.EVENT_ID));
    }
  }

  private void score(ScoreJob job, Input input, Output output, Schema wanted)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Tally.Counts counts;
    try {
      Schema columns = output.prepare(wanted);
      counts =
          Tally.Counts.of(
              runGraph(
                  environment -> build(environment, job, input, output, columns), input::rows));
      output.finish(counts);
    } catch (IOException | RuntimeException e) {
      abandon(output, e);
      throw e;
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    say(
        "%,d rows in %.1f s (%,.0f rows/s): scored %,d, not scored %,d%s",
        counts.rows(),
        seconds,
        counts.rows() / seconds,
        counts.scored(),
        counts.withoutScore(),
        reasons(counts.unscored()));
    say("written: %s", output.name());
  }

  private static void build(
      StreamExecutionEnvironment environment,
      ScoreJob job,
      Input input,
      Output output,
      Schema columns) {
    output.take(
        input
            .read(environment)
            .map(
                new ScoreRows(job, columns),
                FlinkCompatibilityUtil.toTypeInfo(FlinkSchemaUtil.convert(columns)))
            .name("score"));
  }

  private static void abandon(Output output, Exception failure) {
    try {
      output.abandon();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static String reasons(Map<String, Long> unscored) {
    return unscored.isEmpty()
        ? ""
        : unscored.entrySet().stream()
            .map(one -> "%s %,d".formatted(one.getKey(), one.getValue()))
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
