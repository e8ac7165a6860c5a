package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.KeySource;
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
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedulers as their APIs have it, which lose answers after they have begun a run. */
class ScheduledTrainerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "3f9ac1d2b7e0";

  @TempDir private Path folder;
  private HttpServer server;
  private boolean losesAnswers;
  private String token = "";

  /** Name to what was asked for, of every run that was begun. */
  private final Map<String, JsonNode> begun = new LinkedHashMap<>();

  private End end = End.GOES_ON;

  private enum End {
    GOES_ON,
    WELL,
    BADLY
  }

  /** How each names a run, says that it is there, and how far it is. */
  private enum Api {
    KUBERNETES("/apis/batch/v1/namespaces/ml/jobs", "/metadata/name") {
      @Override
      String state(End end) {
        return switch (end) {
          case GOES_ON -> "{\"status\": {\"active\": 1}}";
          case WELL ->
              "{\"status\": {\"conditions\": [{\"type\": \"Complete\", \"status\": \"True\"}]}}";
          case BADLY ->
              "{\"status\": {\"conditions\": [{\"type\": \"Failed\", \"status\": \"True\", \"reason\": \"DeadlineExceeded\"}]}}";
        };
      }

      @Override
      Trainer trainer(URI url, Path root, Optional<KeySource> token) {
        return new Trainer.Kubernetes(
            url, "ml", "trainer:1.4", "leat-state", root, token, Duration.ofHours(1));
      }
    },
    AIRFLOW("/api/v2/dags/train_price/dagRuns", "/dag_run_id") {
      @Override
      String state(End end) {
        return "{\"state\": \"%s\"}"
            .formatted(
                switch (end) {
                  case GOES_ON -> "queued";
                  case WELL -> "success";
                  case BADLY -> "failed";
                });
      }

      @Override
      Trainer trainer(URI url, Path root, Optional<KeySource> token) {
        return new Trainer.Airflow(url, "train_price", token, Duration.ofHours(1));
      }
    },
    KUBEFLOW("/apis/v2beta1/runs", "/display_name") {
      @Override
      String state(End end) {
        return "{\"state\": \"%s\"}"
            .formatted(
                switch (end) {
                  case GOES_ON -> "RUNNING";
                  case WELL -> "SUCCEEDED";
                  case BADLY -> "FAILED";
                });
      }

      @Override
      Trainer trainer(URI url, Path root, Optional<KeySource> token) {
        return new Trainer.Kubeflow(
            url, "P", Optional.of("V"), Optional.of("E"), token, Duration.ofHours(1));
      }
    };

    private final String path;
    private final String name;

    Api(String path, String name) {
      this.path = path;
      this.name = name;
    }

    abstract String state(End end);

    abstract Trainer trainer(URI url, Path root, Optional<KeySource> token);
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    for (Api api : Api.values()) {
      server.createContext(api.path, exchange -> serve(api, exchange));
    }
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void serve(Api api, HttpExchange exchange) throws IOException {
    token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    String below = exchange.getRequestURI().getPath().substring(api.path.length());
    if (exchange.getRequestMethod().equals("POST")) {
      JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
      String name = body.at(api.name).asText();
      boolean there = begun.containsKey(name);
      if (api != Api.KUBEFLOW && there) {
        answer(exchange, 409, "{\"reason\": \"AlreadyExists\"}");
        return;
      }
      begun.put(there ? name + " again" : name, body); // Kubeflow takes a second of the name
      if (losesAnswers) {
        exchange.close();
        return;
      }
      answer(exchange, api == Api.AIRFLOW ? 200 : 201, "{\"run_id\": \"" + name + "-id\"}");
    } else if (below.isEmpty()) {
      String runs =
          begun.keySet().stream()
              .map(name -> "{\"run_id\": \"%1$s-id\", \"display_name\": \"%1$s\"}".formatted(name))
              .reduce((one, other) -> one + "," + other)
              .orElse("");
      answer(exchange, 200, "{\"runs\": [" + runs + "]}");
    } else {
      String id = below.substring(1).replaceAll("-id$", "");
      answer(exchange, begun.containsKey(id) ? 200 : 404, api.state(end));
    }
  }

  private static void answer(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private RunTrainer trainer(Api api) {
    return trainer(api, Optional.empty());
  }

  private RunTrainer trainer(Api api, Optional<KeySource> token) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return ScheduledTrainer.of(
        Tasks.registry(folder.resolve("artifacts")),
        (Trainer.Scheduled) api.trainer(url, folder, token),
        InstantSource.fixed(Tasks.NOW));
  }

  @ParameterizedTest
  @EnumSource(Api.class)
  void anAnswerThatIsLostAfterTheRunBeganGivesNoSecondRun(Api api) throws Exception {
    Task task = Tasks.in(folder);
    losesAnswers = true;
    assertThatThrownBy(() -> trainer(api).advance(task)).isInstanceOf(LeatException.class);
    TrainerFolder given = TrainerFolder.of(task.folder());
    Path half = given.model().resolve("model.onnx.part"); // the run works in the folder by then
    Files.createDirectories(given.model());
    Files.writeString(half, "half");

    losesAnswers = false;
    Begun known = (Begun) trainer(api).advance(task);

    assertThat(half).hasContent("half");
    assertThat(given.train().resolve("train.parquet")).hasContent("rows to learn from");
    assertThat(begun).hasSize(1);
    assertThat(begun.keySet().iterator().next()).contains(KEY);
    assertThat(known.externalId()).contains(KEY);
    assertThat(trainer(api).advance(Tasks.begun(task, known.externalId())))
        .isEqualTo(new Waiting());
  }

  @ParameterizedTest
  @EnumSource(Api.class)
  void aRunThatEndsWellLeavesItsModelInTheFolder(Api api) throws Exception {
    Task task = begin(api);
    end = End.WELL;
    assertThat(((Failed) trainer(api).advance(task)).reason()).contains("left no model");

    TrainerFolder given = TrainerFolder.of(task.folder());
    Files.createDirectories(given.model());
    Files.writeString(given.model().resolve("model.onnx"), "graph");
    Files.writeString(given.root().resolve("metrics.json"), "{\"auc\": 0.9}");

    assertThat(trainer(api).advance(task))
        .isEqualTo(new Trained(given.model().resolve("model.onnx"), Map.of("reported.auc", "0.9")));
  }

  @ParameterizedTest
  @EnumSource(Api.class)
  void aRunMayDeclineAndMayFail(Api api) throws Exception {
    Task task = begin(api);
    end = End.BADLY;
    assertThat(trainer(api).advance(task)).isInstanceOf(Failed.class);

    end = End.WELL;
    Files.writeString(TrainerFolder.of(task.folder()).root().resolve("reason.txt"), "too few");
    assertThat(trainer(api).advance(task)).isEqualTo(new Declined("too few"));
  }

  @ParameterizedTest
  @EnumSource(Api.class)
  void aTokenIsReadAnewAndSent(Api api) throws Exception {
    Path file = folder.resolve("token");
    RunTrainer trainer = trainer(api, Optional.of(new KeySource.SecretFile(file)));
    Task task = Tasks.in(folder);
    for (String secret : new String[] {"first", "second"}) {
      Files.writeString(file, secret + "\n");
      trainer.advance(task);

      assertThat(token).isEqualTo("Bearer " + secret);
    }
  }

  @Test
  void aJobMountsTheFolderOfTheRunAndNoOther() throws Exception {
    begin(Api.KUBERNETES);

    JsonNode pod = begun.values().iterator().next().at("/spec/template/spec");
    assertThat(pod.at("/containers/0/env/0/name").asText()).isEqualTo("LEAT_RUN_DIR");
    assertThat(pod.at("/containers/0/volumeMounts/0/mountPath").asText())
        .isEqualTo(pod.at("/containers/0/env/0/value").asText());
    assertThat(pod.at("/containers/0/volumeMounts/0/subPath").asText()).isEqualTo("trainer");
    assertThat(pod.at("/volumes/0/persistentVolumeClaim/claimName").asText())
        .isEqualTo("leat-state");
  }

  @Test
  void aDagIsGivenTheRequestAndNoLogicalDate() throws Exception {
    Task task = begin(Api.AIRFLOW);

    JsonNode body = begun.values().iterator().next();
    assertThat(body.has("logical_date")).isTrue();
    assertThat(body.path("logical_date").isNull()).isTrue();
    assertThat(body.at("/conf/leat/run_key").asText()).isEqualTo(task.run().getRunKey());
    assertThat(body.at("/conf/leat/run_dir").asText())
        .isEqualTo(TrainerFolder.of(task.folder()).root().toString());
    assertThat(body.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("dag_run_id", "logical_date", "conf", "note");
  }

  private Task begin(Api api) throws IOException {
    Task task = Tasks.in(folder);
    return Tasks.begun(task, ((Begun) trainer(api).advance(task)).externalId());
  }
}
