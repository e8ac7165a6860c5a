package io.leat.cli.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.leat.common.LeatException;
import io.leat.drift.FeatureReference;
import io.leat.drift.ReferenceProfile;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Trains the electricity example's model, in a copy of its folder. */
class TrainCommandTest {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project", ".."));
  private static final Path EXAMPLE = PROJECT.resolve("examples/electricity");

  @TempDir Path scratch;

  private Path folder;
  private Path artifact;
  private final StringWriter out = new StringWriter();

  @BeforeEach
  void copyTheExampleWithoutItsModel() throws IOException {
    folder = scratch.resolve("electricity");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      for (Path file : files.toList()) {
        Path copy = folder.resolve(EXAMPLE.relativize(file));
        String name = file.getFileName().toString();
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (!name.equals("model.onnx") && !name.equals("reference-profile.json")) {
          Files.copy(file, copy);
        }
      }
    }
    artifact = folder.resolve("models/price/model.onnx");
  }

  @Test
  void itWritesAModelAndAProfileOfTheVectorsThatTheStreamWouldMake() throws Exception {
    Path file = write(lines(2_000));

    assertThat(train("--events", "readings=" + file, "--from", "1996-05-14")).isZero();

    assertThat(out.toString())
        .contains("2,000 events of readings; left out: 0 rows")
        .contains("price@1: 1,664 vectors") // 336 half hours fill the first week
        .contains("hold-out");
    Pipeline pipeline = PipelineReader.read(folder); // the artifact is there now
    Model model = pipeline.model("price").orElseThrow();
    ModelMetadata expected = ModelMetadata.of(pipeline.service("price").orElseThrow());
    try (OrtSession session =
        OrtEnvironment.getEnvironment().createSession(model.artifact().toString())) {
      assertThat(ModelMetadata.fromProperties(session.getMetadata().getCustomMetadata()))
          .contains(expected);
    }
    ReferenceProfile profile = ReferenceProfile.read(model);
    assertThat(profile.rows()).isEqualTo(1_664);
    assertThat(profile.definition()).isEqualTo(expected.definition());
    assertThat(profile.feature("event.vic_price")).isPresent();
  }

  @Test
  void badRowsAreReportedWithTheirLinesAndLeftOut() throws Exception {
    List<String> lines = lines(500);
    lines.set(3, lines.get(3).replaceFirst(",", ",high"));
    lines.set(10, lines.get(10).replaceFirst(",0\\.", ",7.")); // breaks prices_scaled
    Path file = write(lines);

    assertThat(train("--events", "readings=" + file)).isZero();

    assertThat(out.toString())
        .contains(file + ":4: nsw_price is 'high")
        .contains("498 events of readings; left out: 1 rows that do not fit, 1 events that break");
  }

  @Test
  void anEventWithoutAFileIsNamed() {
    assertThat(train("--events", "payments=nothing.csv")).isEqualTo(1);
    assertThat(out.toString()).contains("made of the events [readings]").contains("--events");
    assertThat(artifact).doesNotExist();
  }

  @Test
  void aModelDoesNotLearnFromTheRowsThatHappenToFit() throws Exception {
    Path service = folder.resolve("services/price.yaml");
    Files.writeString(
        service,
        Files.readString(service)
            .replace(
                "  - event.vic_price",
                "  - event.vic_price\n"
                    + "  - gap: 'event.nsw_price > 0.3 ? 1.0 / event.nsw_price : event.nsw_price /"
                    + " 0.0'"));
    Path definition = folder.resolve("models/price/model.yaml");
    Files.writeString(
        definition, Files.readString(definition).replace("nulls: { default: 0 }\n", ""));
    Path file = write(lines(1_000));

    assertThat(train("--events", "readings=" + file)).isEqualTo(1);

    assertThat(out.toString())
        .containsPattern(
            "Cannot train price: (28|29|30|31|32)\\.\\d% of the 1,000 labelled vectors are no input"
                + " of it \\(NULL_INPUT\\), more than the 10\\.0% that may be left out: gap in"
                + " \\d{3}\\.")
        .contains("add it under nulls")
        .contains("--max-left-out");
    assertThat(artifact).doesNotExist();

    assertThat(train("--events", "readings=" + file, "--max-left-out", "0.5")).isZero();
    assertThat(artifact).exists();
  }

  @Test
  void theProfileSaysWhyFeaturesAreNull() throws Exception {
    Path service = folder.resolve("services/price.yaml");
    Files.writeString(
        service,
        Files.readString(service)
            .replace(
                "  - event.vic_price",
                "  - event.vic_price\n"
                    + "  - gap: 'event.nsw_price > 0.3 ? 1.0 / event.nsw_price : event.nsw_price /"
                    + " 0.0'"));
    Path file = write(lines(1_000));

    assertThat(train("--events", "readings=" + file)).isZero();

    FeatureReference gap =
        ReferenceProfile.read(artifact.resolveSibling("reference-profile.json"))
            .feature("gap")
            .orElseThrow();
    assertThat(gap.nulls()).isBetween(280L, 330L);
    assertThat(gap.nullsByReason()).containsOnly(Map.entry("not_finite", gap.nulls()));
    assertThat(out.toString())
        .contains("nulls of gap: %d of 1,000 (not_finite %d)".formatted(gap.nulls(), gap.nulls()));
  }

  @Test
  void tooFewRowsAreRefusedAndNothingIsWritten() throws Exception {
    Path file = write(lines(1));
    assertThat(train("--events", "readings=" + file)).isEqualTo(1);
    assertThat(out.toString()).contains("Cannot train price").contains("expected rows of both");
    assertThat(artifact).doesNotExist();
  }

  @Test
  void aTrainingSetThatIsNoneOrOfAnotherDefinitionIsRefused() throws Exception {
    assertThat(train("--training-set", scratch.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("holds no training set").contains("leat training-set");

    Files.writeString(
        scratch.resolve("lineage.json"),
        """
        {"format": "leat-training-set", "formatVersion": 1,
         "service": {"name": "price", "version": 1, "definition": "0123"}, "files": []}
        """);
    assertThat(train("--training-set", scratch.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("was made for price@1, definition 0123; the model reads");
    assertThat(artifact).doesNotExist();

    assertThat(train("--training-set", scratch.toString(), "--from", "1996-05-14")).isEqualTo(2);
  }

  @Test
  void theExamplesModelIsWhatTheCommandInItsReadmeMakes() throws Exception {
    Path readings = PROJECT.resolve("examples/electricity/readings.csv.gz");
    assertThat(
            train(
                "--events",
                "readings=" + readings,
                "--from",
                "1996-05-07",
                "--until",
                "1997-05-01"))
        .isZero();
    assertThat(artifact).hasSameBinaryContentAs(EXAMPLE.resolve("models/price/model.onnx"));
    assertThat(artifact.resolveSibling("reference-profile.json"))
        .hasSameBinaryContentAs(EXAMPLE.resolve("models/price/reference-profile.json"));
  }

  @Test
  void treesAreTriedAndTheBestWrittenTheSameEachTime() throws Exception {
    String readings = "readings=" + PROJECT.resolve("examples/electricity/readings.csv.gz");

    assertThat(train("--events", readings, "--until", "1996-08-01", "--algorithm", "boosted_trees"))
        .isZero();

    assertThat(out.toString()).containsOnlyOnce("(chosen)").contains("trees", "hold-out");
    assertThat(out.toString().lines().filter(line -> line.startsWith("candidate "))).hasSize(4);
    byte[] model = Files.readAllBytes(artifact);
    train("--events", readings, "--until", "1996-08-01", "--algorithm", "boosted_trees");
    assertThat(artifact).hasBinaryContent(model);
  }

  @Test
  void anAlgorithmThatDoesNotLearnTwoClassesIsRefused() {
    StringWriter error = new StringWriter();
    int code =
        new CommandLine(new TrainCommand())
            .setErr(new PrintWriter(error))
            .execute(
                folder.toString(), "--model", "price", "--events", "a=b", "--algorithm", "linear");
    assertThat(code).isEqualTo(2);
    assertThat(error.toString()).contains("'linear'", "boosted_trees or logistic");
  }

  private int train(String... arguments) {
    List<String> all = new ArrayList<>(List.of(folder.toString(), "--model", "price"));
    all.addAll(List.of(arguments));
    return new CommandLine(new TrainCommand())
        .setOut(new PrintWriter(out))
        .setExecutionExceptionHandler(
            (error, line, parsed) -> {
              assertThat(error).isInstanceOf(LeatException.class);
              out.write(error.getMessage());
              return 1;
            })
        .execute(all.toArray(String[]::new));
  }

  private Path write(List<String> lines) throws IOException {
    return Files.write(scratch.resolve("readings.csv"), lines, UTF_8);
  }

  /** A header and readings whose price goes up and down. */
  private static List<String> lines(int readings) {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>();
    lines.add("reading_time,nsw_price,nsw_demand,vic_price,vic_demand,transfer,price_up");
    LocalDateTime time = LocalDateTime.parse("1996-05-07T00:00:00");
    for (int i = 0; i < readings; i++) {
      double price = random.nextDouble();
      lines.add(
          String.format(
              Locale.ROOT,
              "%s,%.6f,%.6f,0.003467,0.422915,0.414912,%d",
              time.plusMinutes(30L * i),
              price,
              random.nextDouble(),
              price > 0.5 ? 1 : 0));
    }
    return lines;
  }
}
