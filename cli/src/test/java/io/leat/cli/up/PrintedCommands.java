package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import io.leat.cli.CommandRun;
import io.leat.cli.PrintedCommand;
import io.leat.cli.command.Endpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.function.Executable;

/**
 * Runs the commands that the README and the documentation print, against a stack of the example
 * card-payments. Those that stand for something else, and those that cannot be run there, are
 * listed with the reason.
 */
public final class PrintedCommands {
  private static final Pattern PORT = Pattern.compile("localhost:(\\d+)");

  /** What becomes of a printed command. */
  private sealed interface Case {
    String printed();
  }

  /** It is run. */
  private record Run(String printed, int code, String says) implements Case {}

  /** It is not run here. */
  private record Elsewhere(String printed, String reason) implements Case {}

  private static final List<Case> CASES =
      List.of(
          new Run("validate DIR", 0, "card-payments is valid"),
          new Run("plan", 0, "view/customer_activity@1"),
          new Run("apply", 0, "Nothing to do"),
          new Run("apply DIR", 0, "Nothing to do"),
          new Run("tail payments.valid", 0, "customer_id"),
          new Run("tail scores.fraud", 0, "score"),
          new Run(
              "tail scores.fraud --from 2026-11-01T12:00:00Z --filter 'value.score > 0.9' --limit 0 --output json",
              0,
              ""),
          new Run("alerts", 0, " open, "),
          new Run("drift list", 0, " acknowledged, "),
          new Run("drift list --all --model fraud", 0, " acknowledged, "),
          new Run("drift silence monitor=fraud kind=drift --for 4h", 0, " holds until "),
          new Elsewhere("drift ack 5f0c9a --reason \"the new terminals\"", "DriftCommandIT"),
          new Elsewhere("drift explain 5f0c9a", "ExplainCommandIT"),
          new Elsewhere("drift explain 5f0c9a --html episode.html", "ExplainCommandIT"),
          new Elsewhere(
              "drift explain --from 2026-11-01 --to 2026-11-08 --html november.html",
              "ExplainCommandIT"),
          new Run("requests", 0, " request"),
          new Run("requests --output json", 0, ""),
          new Run("runs list", 0, " run"),
          new Elsewhere(
              "retraining run --model fraud --why \"a new kind of terminal\"",
              "RetrainingWorkerIT; it would change the model of this stack"),
          new Elsewhere(
              "retraining backtest examples/electricity --policy price --events readings=examples/electricity/readings.csv.gz --from 1996-11-01 --until 1997-07-10 --begin 1997-04-21",
              "BacktestPolicyCommandTest runs it"),
          new Elsewhere("runs show run-9c1e", "RetrainingWorkerIT"),
          new Elsewhere("runs compare run-9c1e run-3f9a", "RetrainingWorkerIT"),
          new Run("replay FILE --event NAME", 3, "1 rows did not fit"),
          new Run("dlq stats payments", 0, "amount_not_negative"),
          new Elsewhere(
              "profile show examples/electricity/models/price/reference-profile.json",
              "ProfileCommandTest runs it"),
          new Elsewhere("profile diff FILE OTHER", "ProfileCommandTest runs it"),
          new Elsewhere("profile merge FILE FILE -o MERGED", "ProfileCommandTest runs it"),
          new Run("audit list", 0, "apply  pipeline card-payments"),
          new Run("audit list --subject card-payments -n 20", 0, "apply  pipeline card-payments"),
          new Run("audit list --json -n 0", 0, "\"action\":\"apply\""),
          new Run("audit verify", 0, "is whole. Its last: "),
          new Run(
              "promote-view --pipeline examples/card-payments", 0, "customer_activity@1: meant"),
          new Run("promote-view --pipeline DIR", 0, "terminal_risk@1: meant"),
          new Run("promote-view", 0, "terminal_risk@1: meant"),
          new Run(
              "promote-view customer_activity@1",
              0,
              "customer_activity meant version 1 as the lowest; from now on it means it because it was promoted"),
          new Run("promote-view customer_activity@2 --pipeline DIR", 1, "customer_activity@2"),
          new Run("replay-scores fraud", 0, "0 differ"),
          new Run("model publish fraud", 0, "The registry has it: version 1"),
          new Run("model list", 0, "fraud: 1 version; champion: version 1 (2026-11-01)"),
          new Run("model list fraud", 0, "fraud@1 (2026-11-01): PUBLISHED, champion"),
          new Run("model show fraud@champion", 0, "status         PUBLISHED"),
          new Run("model show fraud@1 --json", 0, "\"format\":1"),
          new Run("model diff fraud@1 fraud@champion", 0, "They are the same."),
          new Run("model verify fraud@champion", 0, "is as it was published"),
          new Run("model export fraud@1 target/fraud", 0, "version 1 of model fraud"),
          new Run("model history fraud", 0, "model.publish"),
          new Run("model history fraud --at 0:0", 0, "from offset 0 on rollout 1, champion"),
          new Run("model tag fraud@1 reviewed=yes", 0, "is tagged"),
          new Run("model alias fraud@1 candidate", 0, "means version 1"),
          new Run("model propose fraud@1", 0, "is PROPOSED"),
          new Run("model approve fraud@1", 0, "is APPROVED"),
          new Run("model promote fraud@1", 0, "champion: version 1 (2026-11-01)"),
          new Run("model publish fraud --file new.onnx --label 2026-12-01", 0, "version 2"),
          new Run("model diff fraud@champion fraud@2026-12-01", 0, "files.model.onnx.sha256"),
          new Run(
              "backtest --model fraud --version 2026-12-01 --segment hour --html target/backtest.html",
              0,
              "0 decisions change"),
          new Run("backtest --model fraud --version champion", 0, "0 decisions change"),
          new Run(
              "backtest --model fraud --version 2 --against 1 --threshold 0.3,0.7 --segment hour --json",
              0,
              "\"changed\":0"),
          new Run(
              "model promote fraud@2026-12-01 --shadow --reason \"to see its scores\"",
              0,
              "champion: version 1 (2026-11-01), shadow: version 2 (2026-12-01)"),
          new Run(
              "model promote fraud@2026-12-01 --canary 10%",
              0,
              "champion for 90 %: version 1 (2026-11-01), canary for 10 %: version 2 (2026-12-01)"),
          new Run(
              "model split fraud@2026-12-01=20%",
              0,
              "champion for 80 %: version 1 (2026-11-01), canary for 20 %: version 2 (2026-12-01)"),
          new Run(
              "model promote fraud@2026-12-01 --expect 1 --reason \"fewer misses\" --evidence \"recall 0.81 against 0.77\"",
              0,
              "champion: version 2 (2026-12-01)"),
          new Run(
              "model rollback fraud --reason \"too many reviews\"",
              0,
              "champion: version 1 (2026-11-01)"),
          new Run("model rollback fraud", 0, "champion: version 2 (2026-12-01)"),
          new Elsewhere("model reject MODEL@VERSION", "the only version scores"),
          new Elsewhere("model retire MODEL@VERSION", "the only version scores"),
          new Elsewhere("model delete MODEL@VERSION", "the only version scores"),
          new Run("backfill VIEW", 1, "backfill: true"),
          new Run("backfill terminal_risk", 1, "backfill: true"),
          new Run(
              "score --model fraud --input vectors_fraud --output batch_fraud",
              0,
              "written: card_payments.batch_fraud"),
          new Run(
              "score --model fraud@2026-12-01 --input vectors_fraud --output batch_fraud",
              0,
              "is version 2 (2026-12-01)"),
          new Run("maintain", 0, ""),
          new Run("status", 0, "events in"),
          new Run("training-set --service fraud --out target/training", 0, ""),
          new Run("verify-consistency --service fraud --to 2024-02-01", 0, ""),
          new Run(
              "verify-consistency --service fraud --from 2024-02-01 --to 2024-03-01 --sample 1/10",
              0,
              ""),
          new Elsewhere("up", "the stack of this test is one"),
          new Elsewhere("up examples/card-payments", "the stack of this test is one"),
          new Elsewhere("up examples/electricity", "ElectricityIT"),
          new Elsewhere("demo", "the name of the command that is run"),
          new Elsewhere("demo drift", "DriftDemoIT; it has a stack of its own"),
          new Elsewhere("demo drift --nulls", "DriftDemoIT; it has a stack of its own"),
          new Elsewhere("model promote fraud@1 --shadow", "DriftDemoIT runs it"),
          new Elsewhere(
              "init bikes --from trips.csv --delimiter ';' --decimal ',' --time-format 'dd.MM.yyyy HH:mm:ss' --time-zone Europe/Berlin",
              "InitCommandTest, as the guide prints them"),
          new Elsewhere("validate bikes", "InitCommandTest, as the guide prints them"),
          new Elsewhere(
              "train bikes --model late --events trips=trips.csv --delimiter ';' --decimal ',' --time-format 'dd.MM.yyyy HH:mm:ss' --time-zone Europe/Berlin --rename 'user type=user_type'",
              "InitCommandTest, as the guide prints them"),
          new Elsewhere("up bikes", "the stack of this test is one"),
          new Run("tail scores.late", 1, "There is no topic scores.late"),
          new Elsewhere("init DIR", "InitCommandTest"),
          new Elsewhere("init DIR --from FILE", "InitCommandTest"),
          new Elsewhere(
              "train bikes --model late --events trips=trips.csv --until 2024-04-12 --delimiter ';' --decimal , --time-format 'dd.MM.yyyy HH:mm:ss' --time-zone Europe/Berlin --rename 'user type=user_type'",
              "a form of what InitCommandTest runs"),
          new Elsewhere(
              "replay trips.csv --event trips --delimiter ';' --decimal , --time-format 'dd.MM.yyyy HH:mm:ss' --time-zone Europe/Berlin --rename 'user type=user_type'",
              "EventRowsTest and InitCommandTest read such files"),
          new Elsewhere(
              "training-set --service late --out training --to 2024-05-01",
              "of another pipeline; run for the service of this one"),
          new Elsewhere("train bikes --model late --training-set training", "TrainingSetIT"),
          new Elsewhere(
              "verify-consistency --service late",
              "of another pipeline; run for the service of this one"),
          new Run("tail scores.late --limit 2", 1, "There is no topic scores.late"),
          new Elsewhere("dlq", "the name of the commands that are run"),
          new Elsewhere("down --clean", "UpIT; it would end this stack"),
          new Elsewhere(
              "replay examples/electricity/readings.csv.gz --event readings", "ElectricityIT"),
          new Elsewhere("replay trips.csv --event trips --resume", "ReplayIT resumes a replay"),
          new Elsewhere(
              "replay trips.csv --event trips --delimiter ';' --decimal ',' --time-format 'dd.MM.yyyy HH:mm:ss' --time-zone Europe/Berlin --rename 'user type=user_type'",
              "EventRowsTest and InitCommandTest read such files"),
          new Elsewhere(
              "backfill VIEW[@VERSION] --pipeline pipelines/card-payments",
              "a form of what BackfillIT runs"),
          new Elsewhere(
              "training-set --service fraud --out training/2024-03 --to 2024-03-01",
              "the same command as without a time; TrainingSetCommandTest takes times"),
          new Elsewhere(
              "train PIPELINE --model NAME --training-set DIR",
              "TrainingSetIT; it would change the model of this stack"),
          new Elsewhere(
              "train PIPELINE --model fraud --training-set training --algorithm boosted_trees",
              "the same; TrainCommandTest learns trees"),
          new Elsewhere(
              "drift simulate examples/electricity --monitor price --events readings=examples/electricity/readings.csv.gz --until 1997-05-01 --budget 0.5",
              "SimulateCommandTest"));

  private final RunningStack stack;
  private final Path pipeline;
  private final Path folder;

  /**
   * @param folder where files of the commands may lie
   */
  PrintedCommands(RunningStack stack, Path pipeline, Path folder) {
    this.stack = stack;
    this.pipeline = pipeline;
    this.folder = folder;
  }

  /** Printed commands that nobody has decided about, and decisions about none that is printed. */
  public static List<String> undecided(List<PrintedCommand> commands) {
    List<String> printed =
        commands.stream()
            .filter(command -> command.program().equals("leat"))
            .map(PrintedCommand::arguments)
            .distinct()
            .toList();
    List<String> decided = CASES.stream().map(Case::printed).toList();
    List<String> undecided = new ArrayList<>(printed);
    undecided.removeAll(decided);
    decided.stream().filter(one -> !printed.contains(one)).forEach(undecided::add);
    return undecided;
  }

  void runAll() throws IOException {
    Path payments = folder.resolve("refused.csv");
    Files.writeString(
        payments,
        """
        transaction_id,paid_at,customer_id,terminal_id,amount,fraud
        900000001,2024-01-02T12:00:00Z,C0001,T0001,-1,false
        900000002,yesterday,C0001,T0001,1,false
        """);
    List<Executable> checks = new ArrayList<>();
    for (Case one : CASES) {
      if (one instanceof Run run) {
        checks.add(() -> run(run, payments));
        if (run.printed().startsWith("replay")) {
          checks.add(this::deadLettersAreListedShownAndExplained);
        }
      }
    }
    checks.add(this::whatIsPromotedIsSaidToBe);
    for (PrintedCommand command : PrintedCommand.all()) {
      if (command.program().equals("curl")) {
        checks.add(() -> ask(command));
      }
    }
    assertAll(checks);
  }

  private void whatIsPromotedIsSaidToBe() {
    assertThat(stack.run("promote-view", "customer_activity@1", "--pipeline=" + pipeline).out())
        .contains("customer_activity means version 1 already.");
  }

  /** The example's model under other bytes: ONNX takes the last of two descriptions. */
  private Path anotherModel() {
    byte[] description = {0x32, 3, 'n', 'e', 'w'}; // field 6, doc_string
    Path file = folder.resolve("new.onnx");
    try {
      Files.copy(
          pipeline.resolve("models/fraud/model.onnx"), file, StandardCopyOption.REPLACE_EXISTING);
      Files.write(file, description, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private void run(Run run, Path payments) {
    List<String> words = new ArrayList<>();
    for (String word : new PrintedCommand("", "leat", run.printed(), true).words()) {
      words.add(
          switch (word) {
            case "DIR", "examples/card-payments" -> pipeline.toString();
            case "FILE" -> payments.toString();
            case "NAME" -> "payments";
            case "VIEW" -> "customer_activity";
            case "new.onnx" -> anotherModel().toString();
            case "target/fraud" -> folder.resolve("mlflow").toString();
            case "target/backtest.html" -> folder.resolve("backtest.html").toString();
            case "target/training" -> folder.resolve("training").toString();
            default -> word;
          });
    }
    if (List.of("plan", "apply").contains(words.get(0)) && !words.contains(pipeline.toString())) {
      words.add(pipeline.toString());
    }
    String[] arguments = words.toArray(String[]::new);
    CommandRun done =
        words.get(0).equals("validate") ? CommandRun.of(arguments) : stack.run(arguments);

    assertThat(done.out()).as(run.printed()).contains(run.says());
    assertThat(done.code()).as("%s: %s", run.printed(), done.out()).isEqualTo(run.code());
  }

  private void deadLettersAreListedShownAndExplained() {
    Awaitility.await()
        .untilAsserted(() -> assertThat(list()).contains("RULE_VIOLATED", "amount_not_negative"));
    String position =
        Pattern.compile("\\d+/\\d+").matcher(list()).results().findFirst().orElseThrow().group();
    assertThat(stack.run("dlq", "show", "payments", position).out())
        .contains("amount_not_negative", "\"customer_id\"");
    assertThat(stack.run("dlq", "explain", "payments", position).out())
        .contains("today     the contract refuses it");
    CommandRun replay = stack.run("dlq", "replay", "payments", "--all", "--dry-run");
    assertThat(replay.code()).as(replay.out()).isEqualTo(3);
  }

  private String list() {
    return stack.run("dlq", "list", "payments", "--pipeline", pipeline.toString()).out();
  }

  /** Does what curl would. */
  private void ask(PrintedCommand command) throws IOException, InterruptedException {
    List<String> words = command.words();
    String url =
        "http://"
            + PORT.matcher(
                    words.stream().filter(w -> w.startsWith("localhost")).findFirst().orElseThrow())
                .replaceAll(this::address);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .POST(HttpRequest.BodyPublishers.ofString(after("-d", words).orElseThrow()));
    after("-H", words)
        .map(header -> header.split(": ", 2))
        .ifPresent(header -> request.header(header[0], header[1]));

    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());

    if (command.arguments().contains("as_of") && answer.statusCode() == 400) {
      assertThat(answer.body()).as("the stream has passed it").contains("out of retention");
      return;
    }
    assertThat(answer.statusCode()).as("%s: %s", command, answer.body()).isIn(200, 207);
    assertThat(answer.body()).as("" + command).contains("\"results\"");
  }

  private String address(MatchResult printed) {
    int usual = Integer.parseInt(printed.group(1));
    return "127.0.0.1:" + stack.endpoints().port(nameOf(usual));
  }

  private static String nameOf(int usualPort) {
    return Endpoints.choose(false).ports().entrySet().stream()
        .filter(one -> one.getValue() == usualPort)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private static Optional<String> after(String option, List<String> words) {
    int at = words.indexOf(option);
    return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
  }
}
