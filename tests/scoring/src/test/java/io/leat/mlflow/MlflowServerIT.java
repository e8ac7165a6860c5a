package io.leat.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.common.Sha256;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.registry.ModelHistory;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.PipelineModels;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.AuditEvent;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The registry on a real broker, asked as MLflow 2.14 and 3.17 ask a server of their own: the
 * requests are those that their clients were seen to make (interop/mlflow tries the clients
 * themselves).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MlflowServerIT {
  private static final String MLFLOW = "/api/2.0/mlflow/";
  private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Random random = new Random(7);
  private TestCluster cluster;
  private Path folder;
  private Path state;
  private Path artifacts;
  private Path keys;
  private Pipeline pipeline;
  private Map<String, String> kafka;
  private int port;
  private ServiceProcess server;

  @BeforeAll
  void start() throws Exception {
    cluster = TestCluster.shared();
    folder = Path.of(System.getProperty("leat.project"), "examples/electricity");
    state = cluster.newDirectory("state");
    artifacts = cluster.newDirectory("artifacts");
    keys =
        ownersFile(
            "ada:%s\nreader:%s:read-models\nscorer:%s:score\n"
                .formatted(Sha256.hex("ada's"), Sha256.hex("reader's"), Sha256.hex("scorer's")));
    pipeline = PipelineReader.read(folder);
    kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
    RegistryClient registry = cluster.newRegistryClient();
    new Applier(kafka, registry).apply(pipeline, "test");
    try (ArtifactStore store = ArtifactStore.open(artifacts.toString())) {
      PipelineModels.publish(
          pipeline, new ModelRegistry(kafka, registry, store, InstantSource.system()), "test");
    }
    port = Ports.free();
    server = startServer();
  }

  @AfterAll
  void stop() {
    server.close();
    cluster.close();
  }

  private ServiceProcess startServer() {
    return startServer(port, state);
  }

  private ServiceProcess startServer(int at, Path folderOfState, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--pipeline=" + folder,
                "--bootstrap-servers=" + cluster.bootstrapServers(),
                "--registry-url=" + cluster.registryUrl(),
                "--state-dir=" + folderOfState,
                "--artifacts=" + artifacts,
                "--api-keys=" + keys,
                "--drain=0ms",
                "--http-port=" + at));
    arguments.addAll(List.of(more));
    return ServiceProcess.start(MlflowServerMain.class, arguments, at, cluster.newDirectory("log"))
        .awaitReady();
  }

  @Test
  void whatMlflow3LogsIsAVersionAsThatOfTheCommand() throws Exception {
    String run = begin("{\"experiment_id\":\"0\",\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}");
    ok("POST", "runs/log-metric", "{\"run_id\":\"%s\",\"key\":\"auc\",\"value\":0.75}", run);
    ok("POST", "runs/log-parameter", "{\"run_id\":\"%s\",\"key\":\"trees\",\"value\":\"9\"}", run);
    JsonNode logged =
        ok(
                "POST",
                "logged-models",
                "{\"experiment_id\":\"0\",\"name\":\"model\",\"source_run_id\":\"%s\"}",
                run)
            .at("/model/info");
    String id = logged.get("model_id").asText();
    assertThat(id).matches("m-[0-9a-f]{32}");
    ok("POST", "runs/outputs", "{\"run_id\":\"%s\",\"models\":[{\"model_id\":\"%s\"}]}", run, id);
    Path saved = save(run, "model_id: " + id);
    upload(saved, logged.get("artifact_uri").asText());
    JsonNode ready =
        ok("PATCH", "logged-models/" + id, "{\"status\":\"LOGGED_MODEL_READY\"}").at("/model/info");
    assertThat(ready.get("status").asText()).isEqualTo("LOGGED_MODEL_READY");
    assertRefused(
        ask("POST", MLFLOW + "registered-models/create", "{\"name\":\"price\"}"),
        400,
        "RESOURCE_ALREADY_EXISTS");

    String create =
        "{\"name\":\"price\",\"source\":\"models:/%1$s\",\"model_id\":\"%1$s\",\"tags\":[{\"key\":\"team\",\"value\":\"grid\"}]}"
            .formatted(id);
    JsonNode version = ok("POST", "model-versions/create", create).get("model_version");
    JsonNode again = ok("POST", "model-versions/create", create).get("model_version");

    String digest =
        ModelPackage.ofFile(pipeline.model("price").orElseThrow(), pipeline, saved)
            .manifest()
            .digest();
    assertThat(again.get("version")).isEqualTo(version.get("version"));
    assertThat(version.get("status").asText()).isEqualTo("READY");
    assertThat(version.get("run_id").asText()).isEqualTo(run);
    assertThat(version.get("user_id").asText()).isEqualTo("ada");
    assertThat(tags(version))
        .containsEntry("leat.digest", digest)
        .containsEntry("leat.label", id)
        .containsEntry("leat.status", "PUBLISHED")
        .containsEntry("team", "grid");
    AuditEvent published =
        history().stream()
            .filter(event -> event.getAction().equals("model.publish"))
            .filter(event -> digest.equals(event.getDetails().get("digest")))
            .findFirst()
            .orElseThrow();
    assertThat(published.getActor()).isEqualTo("ada");
    assertThat(published.getEvidence()).contains("metric auc = 0.75", "parameter trees = 9");
    JsonNode found =
        ok(
            "POST",
            "logged-models/search",
            "{\"experiment_ids\":[\"0\"],\"filter\":\"name = 'model'\"}");
    assertThat(found.at("/models/0/info/source_run_id").asText()).isEqualTo(run);
  }

  @Test
  void whatMlflow2LogsIsLoadedByItsAliasToTheByteAlsoAfterARestart() throws Exception {
    String run = begin("{\"experiment_id\":\"0\"}");
    Path saved = save(run, "model_uuid: 0123");
    upload(saved, "mlflow-artifacts:/0/%s/artifacts/model".formatted(run));
    ok("POST", "runs/log-model", "{\"run_id\":\"%s\",\"model_json\":\"{}\"}", run);
    String number =
        ok(
                "POST",
                "model-versions/create",
                "{\"name\":\"price\",\"source\":\"mlflow-artifacts:/0/%1$s/artifacts/model\",\"run_id\":\"%1$s\",\"description\":\"why\"}",
                run)
            .at("/model_version/version")
            .asText();
    ok("POST", "runs/update", "{\"run_id\":\"%s\",\"status\":\"FINISHED\"}", run);

    ok(
        "POST",
        "registered-models/alias",
        "{\"name\":\"price\",\"alias\":\"challenger\",\"version\":\"%s\"}",
        number);
    server.close();
    server = startServer();

    JsonNode version =
        ok("GET", "registered-models/alias?name=price&alias=challenger", "").get("model_version");
    assertThat(version.get("version").asText()).isEqualTo(number);
    assertThat(version.get("description").asText()).isEqualTo("why");
    assertThat(version.get("aliases")).extracting(JsonNode::asText).containsExactly("challenger");
    String uri =
        ok("GET", "model-versions/get-download-uri?name=price&version=" + number, "")
            .get("artifact_uri")
            .asText();
    String path = uri.substring(uri.indexOf(ARTIFACTS) + ARTIFACTS.length() + 1);
    assertThat(uri).startsWith("http://127.0.0.1:" + port + ARTIFACTS);
    JsonNode files = json(ask("GET", ARTIFACTS + "?path=" + URLEncoder.encode(path, UTF_8), ""));
    assertThat(files.get("files"))
        .extracting(file -> file.get("path").asText())
        .contains("MLmodel", "model.onnx");
    HttpResponse<byte[]> onnx =
        HTTP.send(
            request("GET", URI.create(uri + "/model.onnx"), BodyPublishers.noBody(), "reader's"),
            BodyHandlers.ofByteArray());
    assertThat(onnx.body()).isEqualTo(Files.readAllBytes(saved.resolve("model.onnx")));
    assertThat(ok("GET", "runs/get?run_id=" + run, "").at("/run/info/status").asText())
        .isEqualTo("FINISHED");

    ok("DELETE", "registered-models/alias", "{\"name\":\"price\",\"alias\":\"challenger\"}");
    assertRefused(
        ask("GET", MLFLOW + "registered-models/alias?name=price&alias=challenger", ""),
        400,
        "INVALID_PARAMETER_VALUE");
  }

  @Test
  void whatTheCommandRefusesIsRefused() throws Exception {
    String run = begin("{}");
    Path other = cluster.newDirectory("other").resolve("model");
    FeatureService service = pipeline.service("price").orElseThrow();
    MlflowDirectory.write(other, train(service.features().size() - 1, false), Map.of());
    upload(other, "mlflow-artifacts:/0/%s/artifacts/model".formatted(run));
    JsonNode refused =
        assertRefused(
            ask(
                "POST",
                MLFLOW + "model-versions/create",
                "{\"name\":\"price\",\"source\":\"runs:/%s/model\"}".formatted(run)),
            400,
            "INVALID_PARAMETER_VALUE");
    assertThat(refused.get("message").asText())
        .startsWith("model.onnx: input features is FLOAT [-1, 17]; expected [-1, 18]");

    for (String source :
        List.of(
            "/etc",
            "file:///etc",
            "s3://bucket/model",
            "http://elsewhere:7077" + ARTIFACTS + "/0/" + run + "/artifacts/model",
            "mlflow-artifacts:/0/" + run + "/artifacts/../../../x")) {
      assertRefused(
          ask(
              "POST",
              MLFLOW + "model-versions/create",
              "{\"name\":\"price\",\"source\":\"%s\"}".formatted(source)),
          400,
          "INVALID_PARAMETER_VALUE");
    }
    assertThat(
            assertRefused(
                    ask("POST", MLFLOW + "registered-models/create", "{\"name\":\"nope\"}"),
                    400,
                    "INVALID_PARAMETER_VALUE")
                .get("message")
                .asText())
        .contains("Declare it in models/nope/model.yaml");
    assertThat(
            assertRefused(
                    ask(
                        "POST",
                        MLFLOW + "registered-models/alias",
                        "{\"name\":\"price\",\"alias\":\"champion\",\"version\":\"1\"}"),
                    400,
                    "INVALID_PARAMETER_VALUE")
                .get("message")
                .asText())
        .contains("leat model promote price@1");
    assertRefused(
        ask(
            "POST",
            MLFLOW + "registered-models/alias",
            "{\"name\":\"price\",\"alias\":\"x\",\"version\":\"1\",\"expected_version\":\"9\"}"),
        409,
        "RESOURCE_CONFLICT");
    for (String absent :
        List.of(
            "registered-models/get?name=nope",
            "model-versions/get?name=price&version=99",
            "runs/get?run_id=" + "0".repeat(32))) {
      assertRefused(ask("GET", MLFLOW + absent, ""), 404, "RESOURCE_DOES_NOT_EXIST");
    }
    assertRefused(ask("GET", MLFLOW + "traces", ""), 404, "ENDPOINT_NOT_FOUND");
    assertRefused(
        ask(
            "POST",
            MLFLOW + "model-versions/transition-stage",
            "{\"name\":\"price\",\"version\":\"1\",\"stage\":\"Production\"}"),
        400,
        "INVALID_PARAMETER_VALUE");
    String out = "a%2F..%2F..%2Fdocument.json";
    assertThat(ask("PUT", ARTIFACTS + "/0/%s/artifacts/%s".formatted(run, out), "x").statusCode())
        .isEqualTo(400);
    assertThat(ok("GET", "runs/get?run_id=" + run, "").at("/run/info/run_id").asText())
        .isEqualTo(run);
    assertRefused(
        ask("PUT", ARTIFACTS + "/versions/price/1/model.onnx", "x"),
        400,
        "INVALID_PARAMETER_VALUE");
    assertThat(ok("GET", "registered-models/get?name=price", "").at("/registered_model/aliases"))
        .noneSatisfy(alias -> assertThat(alias.get("alias").asText()).isEqualTo("x"));
  }

  @Test
  void versionsAreFoundAndTagged() throws Exception {
    JsonNode models =
        ok(
                "GET",
                "registered-models/search?max_results=100&filter="
                    + URLEncoder.encode(
                        "name LIKE 'pr%' AND tag.`mlflow.prompt.is_prompt` != 'true'", UTF_8),
                "")
            .get("registered_models");
    assertThat(models).hasSize(1);
    assertThat(models.get(0).get("aliases"))
        .anySatisfy(
            alias -> {
              assertThat(alias.get("alias").asText()).isEqualTo("champion");
              assertThat(alias.get("version").asText()).isEqualTo("1");
            });

    ok(
        "POST",
        "model-versions/set-tag",
        "{\"name\":\"price\",\"version\":\"1\",\"key\":\"seen\",\"value\":\"yes\"}");
    JsonNode tagged =
        ok(
                "GET",
                "model-versions/search?filter=" + URLEncoder.encode("tags.seen = 'yes'", UTF_8),
                "")
            .get("model_versions");
    assertThat(tagged).hasSize(1);
    assertThat(tagged.get(0).get("version").asText()).isEqualTo("1");
    ok(
        "DELETE",
        "model-versions/delete-tag",
        "{\"name\":\"price\",\"version\":\"1\",\"key\":\"seen\"}");
    assertThat(tags(ok("GET", "model-versions/get?name=price&version=1", "").get("model_version")))
        .doesNotContainKey("seen");
    assertRefused(
        ask(
            "POST",
            MLFLOW + "model-versions/set-tag",
            "{\"name\":\"price\",\"version\":\"1\",\"key\":\"leat.status\",\"value\":\"APPROVED\"}"),
        400,
        "INVALID_PARAMETER_VALUE");
    assertRefused(
        ask("DELETE", MLFLOW + "model-versions/delete", "{\"name\":\"price\",\"version\":\"1\"}"),
        409,
        "RESOURCE_CONFLICT");
  }

  @Test
  void withoutTheKeyOrTheRoleNobodyComesIn() throws Exception {
    String get = MLFLOW + "registered-models/get?name=price";
    String alias = "{\"name\":\"price\",\"alias\":\"x\",\"version\":\"1\"}";

    assertRefused(ask("GET", get, "", ""), 401, "UNAUTHENTICATED");
    assertRefused(ask("GET", get, "", "another"), 403, "PERMISSION_DENIED");
    assertRefused(ask("GET", get, "", "scorer's"), 403, "PERMISSION_DENIED");
    assertThat(ask("GET", get, "", "reader's").statusCode()).isEqualTo(200);
    assertRefused(
        ask("POST", MLFLOW + "registered-models/alias", alias, "reader's"),
        403,
        "PERMISSION_DENIED");
    assertRefused(
        ask("PUT", ARTIFACTS + "/0/" + "0".repeat(32) + "/artifacts/x", "x", "reader's"),
        403,
        "PERMISSION_DENIED");
    assertThat(ask("GET", "/health", "", "").body()).isEqualTo("OK");
  }

  @Test
  void whatIsChampionElsewhereIsPublishedOnceAndAWebhookSaysSoAtOnce() throws Exception {
    Path secret = ownersFile("shared secret");
    int second = Ports.free();
    try (OtherMlflow other = new OtherMlflow()) {
      other.champion("7", save("7".repeat(32), "model_id: m-" + "7".repeat(32)));
      try (ServiceProcess follower =
          startServer(
              second,
              cluster.newDirectory("follower"),
              "--follow=" + other.address(),
              "--follow-every=1h",
              "--webhook-secret=" + secret)) {
        assertThat(follower.isReady()).isTrue();
        await().atMost(TIMEOUT).until(() -> from(other, "7").size() == 1);

        other.champion("8", save("8".repeat(32), "model_id: m-" + "8".repeat(32)));
        int asked = other.asked();
        assertThat(deliver(second, "another secret")).isEqualTo(403);
        assertThat(deliver(second, "shared secret")).isEqualTo(200);
        await().atMost(TIMEOUT).until(() -> from(other, "8").size() == 1);
        assertThat(other.asked()).isGreaterThan(asked);

        // What is wrong with a version is said, and the next is taken all the same.
        Path broken = save("9".repeat(32), "");
        Files.delete(broken.resolve("model.onnx"));
        other.champion("9", broken);
        assertThat(deliver(second, "shared secret")).isEqualTo(200);
        await().atMost(TIMEOUT).until(() -> metrics(second).contains("refused_total{"));
        other.champion("7", save("7".repeat(32), ""));
        assertThat(deliver(second, "shared secret")).isEqualTo(200);
        await().atMost(TIMEOUT).until(() -> other.asked() > asked + 2);
        assertThat(from(other, "7")).hasSize(1);
        assertThat(from(other, "9")).isEmpty();
      }
      JsonNode version = from(other, "8").get(0);
      assertThat(version.get("run_id").asText()).isEqualTo("8".repeat(32));
      assertThat(version.get("user_id").asText()).isEqualTo("mlflow");
      assertThat(history())
          .anySatisfy(
              event -> {
                assertThat(event.getActor()).isEqualTo("mlflow");
                assertThat(event.getEvidence())
                    .containsExactly(other.address() + "/#/models/price/versions/8");
              });
    }
  }

  /** The versions that were one of another registry's. */
  private JsonNode from(OtherMlflow other, String number) throws Exception {
    String link = other.address() + "/#/models/price/versions/" + number;
    return ok(
            "GET",
            "model-versions/search?filter="
                + URLEncoder.encode("tags.`mlflow.source` = '%s'".formatted(link), UTF_8),
            "")
        .get("model_versions");
  }

  /** Sends a webhook as MLflow does, and gives the status. */
  private static int deliver(int port, String secret) throws Exception {
    String id = UUID.randomUUID().toString();
    String time = String.valueOf(Instant.now().getEpochSecond());
    String body = "{\"entity\":\"model_version_alias\",\"action\":\"created\",\"data\":{}}";
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    byte[] signature = mac.doFinal((id + "." + time + "." + body).getBytes(UTF_8));
    HttpRequest delivery =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/webhooks/mlflow"))
            .header("X-MLflow-Delivery-Id", id)
            .header("X-MLflow-Timestamp", time)
            .header("X-MLflow-Signature", "v1," + Base64.getEncoder().encodeToString(signature))
            .POST(BodyPublishers.ofString(body))
            .build();
    return HTTP.send(delivery, BodyHandlers.ofString()).statusCode();
  }

  private static String metrics(int port) throws Exception {
    return HTTP.send(
            request(
                "GET",
                URI.create("http://127.0.0.1:" + port + "/metrics"),
                BodyPublishers.noBody(),
                "ada's"),
            BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("leat_mlflow_follow_") && !line.endsWith(" 0.0"))
        .collect(Collectors.joining("\n"));
  }

  private Path ownersFile(String text) throws Exception {
    return Files.writeString(
        Files.createTempFile(cluster.newDirectory("owners"), "file", ""), text);
  }

  /** Begins a run, as {@code mlflow.start_run} does. */
  private String begin(String request) throws Exception {
    JsonNode info = ok("POST", "runs/create", "%s", request).at("/run/info");
    String run = info.get("run_id").asText();
    assertThat(info.get("artifact_uri").asText())
        .isEqualTo("mlflow-artifacts:/0/%s/artifacts".formatted(run));
    return run;
  }

  /** A directory as {@code mlflow.onnx.save_model} saves it. */
  private Path save(String run, String more) throws Exception {
    Path saved = cluster.newDirectory("saved").resolve("model");
    FeatureService service = pipeline.service("price").orElseThrow();
    MlflowDirectory.write(saved, train(service.features().size(), true), Map.of());
    Files.writeString(
        saved.resolve("MLmodel"),
        Files.readString(saved.resolve("MLmodel")) + "run_id: %s\n%s\n".formatted(run, more));
    return saved;
  }

  /** Of labels that hang on nothing. */
  private byte[] train(int features, boolean forTheService) throws Exception {
    FeatureService service = pipeline.service("price").orElseThrow();
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames().subList(0, features));
    for (int i = 0; i < 300; i++) {
      set.add(i, random.doubles(features).toArray(), random.nextBoolean());
    }
    ModelMetadata made = ModelMetadata.of(service);
    return Trainer.train(
            set.build(),
            forTheService
                ? made
                : new ModelMetadata(
                    made.service(),
                    made.serviceVersion(),
                    made.definition(),
                    made.features().subList(0, features),
                    made.trainingSet()))
        .onnx();
  }

  private void upload(Path saved, String uri) throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.walk(saved)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      URI to =
          URI.create(
              "http://127.0.0.1:%d%s/%s/%s"
                  .formatted(
                      port,
                      ARTIFACTS,
                      uri.replaceFirst("mlflow-artifacts:/", ""),
                      saved.relativize(file)));
      HttpResponse<String> answer =
          HTTP.send(
              request("PUT", to, BodyPublishers.ofFile(file), "ada's"), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
  }

  private List<AuditEvent> history() {
    return ModelHistory.read(Map.copyOf(kafka), new AvroCodec(cluster.newRegistryClient()), "price")
        .events();
  }

  private static Map<String, String> tags(JsonNode version) {
    Map<String, String> tags = new TreeMap<>();
    version
        .get("tags")
        .forEach(tag -> tags.put(tag.get("key").asText(), tag.get("value").asText()));
    return tags;
  }

  /** What MLflow's API answers; fails if it refuses. */
  private JsonNode ok(String method, String path, String body, Object... arguments)
      throws Exception {
    HttpResponse<String> answer =
        ask(method, MLFLOW + path, arguments.length == 0 ? body : body.formatted(arguments));
    assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return json(answer);
  }

  private static JsonNode assertRefused(HttpResponse<String> answer, int status, String code)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode refusal = json(answer);
    assertThat(refusal.get("error_code").asText()).as(answer.body()).isEqualTo(code);
    return refusal;
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> ask(String method, String path, String body) throws Exception {
    return ask(method, path, body, "ada's");
  }

  private HttpResponse<String> ask(String method, String path, String body, String key)
      throws Exception {
    return HTTP.send(
        request(
            method,
            URI.create("http://127.0.0.1:" + port + path),
            body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body),
            key),
        BodyHandlers.ofString());
  }

  private static HttpRequest request(String method, URI uri, BodyPublisher body, String key) {
    List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
    if (!key.isEmpty()) {
      headers.addAll(List.of("Authorization", "Bearer " + key));
    }
    return HttpRequest.newBuilder(uri)
        .method(method, body)
        .headers(headers.toArray(String[]::new))
        .build();
  }
}
