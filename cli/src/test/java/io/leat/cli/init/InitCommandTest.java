package io.leat.cli.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.cli.CommandRun;
import io.leat.cli.PrintedCommand;
import io.leat.cli.rows.EventRows;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.settings.RowFileOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class InitCommandTest {
  private static final String[] DIALECT = {
    "--delimiter",
    ";",
    "--decimal",
    ",",
    "--time-format",
    "dd.MM.yyyy HH:mm:ss",
    "--time-zone",
    "Europe/Berlin",
    "--null",
    "-"
  };
  private static final Pattern REPLAY = Pattern.compile("  \\./leat replay (.*)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  private static final Path PROJECT = Path.of(System.getProperty("leat.project", ".."));
  private static final String GUIDE = "guides/a-first-pipeline.md";
  private static final Pattern YAML =
      Pattern.compile("```yaml\n# (\\S+)\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;
  private Path folder;
  private Path trips;

  @BeforeEach
  void writeTrips() throws IOException {
    folder = directory.resolve("bikes");
    trips =
        Files.writeString(
            directory.resolve("trips.csv"),
            """
            trip_id;started_at;start_station;user type;duration_s;temp_c;zip;crew;late
            T001;01.03.2024 05:00:12;S012;member;431,5;7,1;01067;1;nein
            T002;01.03.2024 05:02:40;S003;casual;1210;-;01069;0;ja
            T003;01.03.2024 05:09:01;S012;member;87,25;7,4;01067;1;nein
            T004;31.03.2024 02:30:00;S003;member;640,0;8,0;10115;2;nein
            """);
  }

  @Test
  void aFileOfEventsBecomesAPipelineThatIsValid() throws PipelineException {
    CommandRun run = init("--from", trips.toString());

    assertThat(run.code()).as(run.out()).isZero();
    Pipeline pipeline = PipelineReader.read(folder);
    Contract contract = pipeline.contract("trips").orElseThrow();
    assertThat(contract.eventId()).isEqualTo("trip_id");
    assertThat(contract.eventTime()).isEqualTo("started_at");
    assertThat(contract.key()).contains("start_station");
    assertThat(contract.schema().getFields())
        .extracting(Schema.Field::name, field -> field.schema().toString())
        .containsExactly(
            tuple("trip_id", "\"string\""),
            tuple("started_at", "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"),
            tuple("start_station", "\"string\""),
            tuple("user_type", "\"string\""),
            tuple("duration_s", "\"double\""),
            tuple("temp_c", "[\"null\",\"double\"]"),
            tuple("zip", "\"string\""),
            tuple("crew", "\"long\""),
            tuple("late", "\"boolean\""));
    FeatureView view = pipeline.view(new ViewId("start_station_activity", 1)).orElseThrow();
    assertThat(view.featureNames()).contains("events_1h", "avg_duration_s_7d", "since_last_1d");
    assertThat(pipeline.service("trips").orElseThrow().featureNames())
        .startsWith("event.duration_s", "event.temp_c", "event.crew", "event.late")
        .contains("start_station_activity.avg_temp_c_1d");
  }

  @Test
  void theReplayThatIsPrintedTakesTheRowsOfTheFile() throws PipelineException, IOException {
    CommandRun run = init("--from", trips.toString());

    List<String> words = replay(run);
    assertThat(words)
        .startsWith(trips.toString(), "--event", "trips")
        .contains("user type=user_type");
    RowFileOptions options = new RowFileOptions();
    new CommandLine(options).parseArgs(words.subList(3, words.size()).toArray(String[]::new));
    Contract contract = PipelineReader.read(folder).contract("trips").orElseThrow();
    List<EventRow> rows = new ArrayList<>();
    try (EventRows events = EventRows.open(trips, contract, Optional.empty(), options)) {
      for (Optional<EventRow> row = events.next(); row.isPresent(); row = events.next()) {
        rows.add(row.get());
      }
    }
    assertThat(rows).hasSize(4);
    assertThat(rows.subList(0, 3)).allMatch(Fitting.class::isInstance);
    assertThat(rows.get(3)).as("when the clocks showed no such time").isInstanceOf(Unfitting.class);
  }

  @Test
  void withoutAFileASmallExampleIsWritten() throws PipelineException {
    CommandRun run = CommandRun.of("init", folder.toString());

    assertThat(run.code()).as(run.out()).isZero();
    assertThat(CommandRun.of("validate", folder.toString()).out())
        .contains("bikes is valid: 1 contract, 1 view, 1 service,");
    assertThat(PipelineReader.read(folder).contract("orders")).isPresent();
  }

  @Test
  void theRootOfTheFileSystemIsNoPipeline() {
    CommandRun run = CommandRun.of("init", "/");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .isEqualToIgnoringNewLines(
            "/ is the root of the file system; name a folder that is not there yet. [INPUT]");
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("pipeline.yaml"), "pipeline: mine");

    CommandRun run = init("--from", trips.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .isEqualToIgnoringNewLines(
            folder
                + " is not empty (pipeline.yaml), and nothing is overwritten; name a folder that is not there yet. [INPUT]");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("pipeline.yaml"));
    }
    assertThat(folder.resolve("pipeline.yaml")).hasContent("pipeline: mine");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a,b,c\\n1,x,2\\n1,x,2 | No column of FILE has another value in every row; its columns are [a, b, c]. Name one by --event-id COLUMN.",
        "a,b\\n1,x\\n2,x | No column of FILE has a time in every row (see --time-format); its columns are [a, b]. Name one by --event-time COLUMN.",
        "a,at\\n1,2024-01-01T00:00:00Z\\n2,2024-01-02T00:00:00Z | No column of FILE has a text or a whole number in every row, and some of them again; its columns are [a, at]. Name one by --key COLUMN.",
        "a,b | FILE has no row that can be read, so its columns cannot be evaluated; expected at least one below their names.",
      })
  void whatAFileLacksIsNamed(String text, String message) throws IOException {
    Path file = Files.writeString(directory.resolve("x.csv"), text.replace("\\n", "\n"));

    CommandRun run = CommandRun.of("init", folder.toString(), "--from", file.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .isEqualToIgnoringNewLines(message.replace("FILE", file.toString()) + " [INPUT]");
    assertThat(folder).doesNotExist();
  }

  @Test
  void aColumnThatIsNamedIsTakenOrRefused() throws PipelineException, IOException {
    Path file =
        Files.writeString(
            directory.resolve("ticks.csv"),
            "no,at,price,shop,none\n1,1700000000,2.5,7,\n2,1700000001,2.5,8,\n");
    String[] epoch = {"--from", file.toString(), "--time-format", "epoch_seconds", "--key", "shop"};

    assertThat(run(epoch, "--event-time", "price2").out())
        .startsWith(
            "--event-time is 'price2', which " + file + " has no values of; its columns are [");
    assertThat(run(epoch, "--event-time", "at", "--event-id", "price").out())
        .startsWith("--event-id is 'price'; expected a column that has another value in every row");
    CommandRun run = run(epoch, "--event-time", "at", "--event", "tick-data");

    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out()).contains("left out: none, which has no value");
    Contract contract = PipelineReader.read(folder).contract("tick-data").orElseThrow();
    assertThat(contract.eventTime()).isEqualTo("at");
    assertThat(contract.key()).contains("shop");
  }

  @Test
  void namesThatNoFieldCanHaveBecomeOnesThatItCan() throws PipelineException, IOException {
    Path file =
        Files.writeString(
            directory.resolve("2024 über.csv"),
            "null,1st,größe,a b,a-b,at\nx1,k,1,2,3,2024-01-01\nx2,k,2,3,4,2024-01-02\n");

    CommandRun run = CommandRun.of("init", folder.toString(), "--from", file.toString());

    assertThat(run.code()).as(run.out()).isZero();
    assertThat(PipelineReader.read(folder).contracts().get(0).schema().getFields())
        .extracting(Schema.Field::name)
        .containsExactly("null_2", "x_1st", "gr_e", "a_b", "a_b_2", "at");
    assertThat(replay(run)).contains("--rename", "null=null_2", "a-b=a_b_2");
  }

  @Test
  void theGuideGoesFromAFileToAModelAsItIsPrinted() throws IOException {
    Files.writeString(trips, manyTrips());
    List<PrintedCommand> printed =
        PrintedCommand.all().stream()
            .filter(command -> command.whole() && command.place().startsWith("docs/" + GUIDE))
            .toList();

    assertThat(asPrinted(printed, "init").code()).isZero();
    assertThat(asPrinted(printed, "validate").code()).isZero();
    Matcher files = YAML.matcher(Files.readString(PROJECT.resolve("docs").resolve(GUIDE)));
    while (files.find()) {
      Path file = folder.resolve(files.group(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, files.group(2));
    }
    CommandRun train = asPrinted(printed, "train");
    assertThat(train.code()).as(train.out()).isZero();
    CommandRun validate = asPrinted(printed, "validate");
    assertThat(validate.out()).contains("1 model, 1 monitor,");
  }

  private CommandRun asPrinted(List<PrintedCommand> printed, String name) {
    PrintedCommand command =
        printed.stream()
            .filter(one -> one.arguments().startsWith(name + " "))
            .findFirst()
            .orElseThrow();
    return CommandRun.of(
        command.words().stream()
            .map(word -> word.equals("bikes") ? folder.toString() : word)
            .map(word -> word.replaceFirst("^(trips=)?trips\\.csv$", "$1" + trips))
            .toArray(String[]::new));
  }

  /** Forty days of trips, of which those that take long come late more often. */
  private static String manyTrips() {
    StringBuilder text =
        new StringBuilder("trip_id;started_at;start_station;user type;duration_s;late_return\n");
    Random random = new Random(3);
    LocalDateTime time = LocalDateTime.of(2024, 4, 1, 5, 0);
    for (int trip = 0; trip < 4_000; trip++) {
      time = time.plusSeconds(1 + random.nextInt(1_700));
      double duration = 100 + random.nextInt(2_000);
      text.append(
          String.format(
              Locale.GERMANY,
              "T%05d;%s;S%02d;%s;%.1f;%s%n",
              trip,
              DateTimeFormatter.ofPattern("dd.MM.uuuu HH:mm:ss").format(time),
              random.nextInt(20),
              random.nextBoolean() ? "member" : "casual",
              duration,
              random.nextDouble() < duration / 4_000 ? "ja" : "nein"));
    }
    return text.toString();
  }

  private CommandRun init(String... more) {
    return run(DIALECT, more);
  }

  private CommandRun run(String[] some, String... more) {
    List<String> arguments = new ArrayList<>(List.of("init", folder.toString()));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of(some));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  /** Words of the replay that a run printed, without the command. */
  private static List<String> replay(CommandRun run) {
    String line =
        REPLAY.matcher(run.out()).results().map(found -> found.group(1)).findFirst().orElseThrow();
    return WORD.matcher(line).results().map(InitCommandTest::unquoted).toList();
  }

  private static String unquoted(MatchResult word) {
    return word.group(1) == null ? word.group(2) : word.group(1);
  }
}
