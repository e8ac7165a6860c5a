package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Trainer;
import io.leat.retraining.worker.RunTrainer.Begun;
import io.leat.retraining.worker.RunTrainer.Declined;
import io.leat.retraining.worker.RunTrainer.Failed;
import io.leat.retraining.worker.RunTrainer.Task;
import io.leat.retraining.worker.RunTrainer.Trained;
import io.leat.retraining.worker.RunTrainer.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of trainers by HTTP, against a server that keeps it and loses what it may. */
class HttpTrainerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private HttpServer server;

  /** Idempotency key to job, of all that was begun. */
  private final Map<String, String> jobs = new LinkedHashMap<>();

  private final List<JsonNode> asked = new ArrayList<>();
  private String state = "{\"state\": \"queued\"}";
  private int refuseWith;
  private boolean losesAnswers;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/train", this::serve);
    server.createContext("/model.onnx", exchange -> answer(exchange, 200, "graph"));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    if (refuseWith > 0) {
      answer(exchange, refuseWith, "not today");
      return;
    }
    if (exchange.getRequestMethod().equals("POST")) {
      asked.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
      String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      String job = jobs.computeIfAbsent(key, one -> "job-" + (jobs.size() + 1));
      if (losesAnswers) {
        exchange.close(); // begun, and nobody hears of it
        return;
      }
      answer(exchange, 202, "{\"job\": \"" + job + "\"}");
      return;
    }
    String job = exchange.getRequestURI().getPath().substring("/train/".length());
    answer(exchange, jobs.containsValue(job) ? 200 : 404, state);
  }

  private static void answer(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private HttpTrainer trainer(Instant now) {
    return new HttpTrainer(
        Tasks.registry(folder.resolve("artifacts")),
        new Trainer.Http(address("/train"), Optional.empty(), Duration.ofHours(1)),
        URI.create("http://worker:7079/trainers/"),
        InstantSource.fixed(now));
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  @Test
  void aServiceIsAskedWithTheRunsKeyAndItsJobIsKept() throws Exception {
    Task task = Tasks.in(folder);

    assertThat(trainer(Tasks.NOW).advance(task)).isEqualTo(new Begun("job-1"));

    assertThat(jobs).containsOnlyKeys(task.run().getRunKey());
    JsonNode body = asked.get(0);
    assertThat(body.path("run_key").asText()).isEqualTo(task.run().getRunKey());
    assertThat(body.path("callback_url").asText())
        .isEqualTo("http://worker:7079/trainers/" + task.run().getRunId());
    assertThat(body.at("/request/model").asText()).isEqualTo("price");
    Path train = Path.of(URI.create(body.at("/artifacts/train").asText()));
    assertThat(train.resolve("train.parquet")).hasContent("rows to learn from");
  }

  @Test
  void anAnswerThatIsLostAfterTheJobBeganGivesNoSecondJob() throws Exception {
    Task task = Tasks.in(folder);
    losesAnswers = true;
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> trainer(Tasks.NOW).advance(task))
          .isInstanceOfSatisfying(
              LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    }
    TrainerFolder given = TrainerFolder.of(task.folder());
    Path half = given.model().resolve("model.onnx.part"); // the job works in the folder by then
    Files.createDirectories(given.model());
    Files.writeString(half, "half");

    losesAnswers = false;
    assertThat(trainer(Tasks.NOW).advance(task)).isEqualTo(new Begun("job-1"));

    assertThat(half).hasContent("half");
    assertThat(given.train().resolve("train.parquet")).hasContent("rows to learn from");
    assertThat(jobs).hasSize(1);
    assertThat(asked.size()).isGreaterThan(3);
  }

  @Test
  void whatIsNotOfTheRunIsReplaced() throws Exception {
    Task task = Tasks.in(folder);
    TrainerFolder given = TrainerFolder.of(task.folder());
    Files.createDirectories(given.train());
    Files.writeString(given.train().resolve("train.parquet"), "half of the rows");
    Files.writeString(given.root().resolve("request.json"), "{\"run_key\": \"of another\"}");

    trainer(Tasks.NOW).advance(task);

    assertThat(given.train().resolve("train.parquet")).hasContent("rows to learn from");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 503})
  void aServiceThatCannotNowIsAskedAgain(int code) throws Exception {
    Task task = Tasks.in(folder);
    refuseWith = code;

    assertThatThrownBy(() -> trainer(Tasks.NOW).advance(task))
        .hasMessageContaining(String.valueOf(code));
  }

  @Test
  void aServiceThatRefusesHasFailed() throws Exception {
    refuseWith = 422;

    assertThat(((Failed) trainer(Tasks.NOW).advance(Tasks.in(folder))).reason())
        .contains("422", "not today");
  }

  @Test
  void aConflictMeansThatTheRunIsThere() throws Exception {
    Task task = Tasks.in(folder);
    refuseWith = 409;

    assertThat(trainer(Tasks.NOW).advance(task)).isEqualTo(new Begun(task.run().getRunKey()));
  }

  @Test
  void aJobIsAskedUntilItHasAModel() throws Exception {
    Task task = begun();
    assertThat(trainer(Tasks.NOW).advance(task)).isEqualTo(new Waiting());
    state = "{\"state\": \"running\"}";
    assertThat(trainer(Tasks.NOW).advance(task)).isEqualTo(new Waiting());

    state = "{\"state\": \"succeeded\", \"model_uri\": \"" + address("/model.onnx") + "\"}";
    Trained trained = (Trained) trainer(Tasks.NOW).advance(task);

    assertThat(trained.model()).hasContent("graph");
  }

  @Test
  void aModelMayLieInTheFolderThatWasGiven() throws Exception {
    Task task = begun();
    Path model = TrainerFolder.of(task.folder()).model();
    state = "{\"state\": \"succeeded\"}";
    assertThat(((Failed) trainer(Tasks.NOW).advance(task)).reason()).contains("left no model");

    Files.createDirectories(model);
    Files.writeString(model.resolve("model.onnx"), "graph");

    assertThat(((Trained) trainer(Tasks.NOW).advance(task)).model())
        .isEqualTo(model.resolve("model.onnx"));
  }

  @Test
  void aJobMayFailOrBeDeclined() throws Exception {
    Task task = begun();
    state = "{\"state\": \"failed\", \"message\": \"no memory\"}";
    assertThat(((Failed) trainer(Tasks.NOW).advance(task)).reason()).contains("no memory");
    state = "{\"state\": \"declined\", \"message\": \"too few\"}";
    assertThat(trainer(Tasks.NOW).advance(task)).isEqualTo(new Declined("too few"));
    state = "{\"state\": \"weird\"}";
    assertThat(((Failed) trainer(Tasks.NOW).advance(task)).reason()).contains("'weird'");
  }

  @Test
  void aJobThatIsNotKnownAnyMoreHasFailed() throws Exception {
    Task task = Tasks.begun(Tasks.in(folder), "job-9");

    assertThat(((Failed) trainer(Tasks.NOW).advance(task)).reason()).contains("job-9");
  }

  @Test
  void aJobThatTakesLongerThanItMayHasFailed() throws Exception {
    Task task = begun();

    assertThat(trainer(Tasks.NOW.plus(Duration.ofHours(1))).advance(task)).isEqualTo(new Waiting());
    assertThat(trainer(Tasks.NOW.plus(Duration.ofHours(1)).plusMillis(1)).advance(task))
        .isInstanceOf(Failed.class);
  }

  private Task begun() throws IOException {
    Task task = Tasks.in(folder);
    return Tasks.begun(task, ((Begun) trainer(Tasks.NOW).advance(task)).externalId());
  }
}
