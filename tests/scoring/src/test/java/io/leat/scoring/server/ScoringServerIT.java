package io.leat.scoring.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.Clients;
import com.linecorp.armeria.client.grpc.protocol.UnaryGrpcClient;
import io.leat.features.online.OnlineStore;
import io.leat.features.server.FeatureServerMain;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelPackage;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.models.registry.PipelineModels;
import io.leat.models.registry.Reason;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.Score;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.scoring.ScoringJob;
import io.leat.scoring.server.inference.ModelInferRequest;
import io.leat.scoring.server.inference.ModelInferRequest.InferInputTensor;
import io.leat.scoring.server.inference.ModelInferResponse;
import io.leat.scoring.server.inference.ServerReadyResponse;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The electricity example scored in the stream and on demand: the online store, the feature server,
 * the scoring job and the scoring server, each a process, with a champion and a canary.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScoringServerIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int MARKETS = 24;
  private static final long NOON = Instant.parse("1997-04-01T12:00:00Z").toEpochMilli();
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Reason WHY = Reason.of("test");

  private final Random random = new Random(Soak.seed());
  private final List<ServiceProcess> processes = new ArrayList<>();
  private final Map<String, GenericRecord> events = new HashMap<>();
  private final Map<String, FeatureVector> vectors = new HashMap<>();
  private final Map<String, Score> scores = new HashMap<>();
  private TestCluster cluster;
  private Path folder;
  private Path artifacts;
  private Pipeline pipeline;
  private int port;

  @BeforeAll
  void scoreInTheStream(TestCluster shared) throws Exception {
    cluster = shared;
    cluster.clear();
    folder = Path.of(System.getProperty("leat.project"), "examples/electricity");
    artifacts = cluster.newDirectory("artifacts");
    pipeline = PipelineReader.read(folder);
    RegistryClient registry = cluster.newRegistryClient();
    Map<String, String> kafka = Map.of("bootstrap.servers", cluster.bootstrapServers());
    new Applier(kafka, registry).apply(pipeline, "test");
    int featurePort = Ports.free();
    port = Ports.free();
    ServiceProcess server =
        start(
            ScoringServerMain.class,
            port,
            "--feature-server=http://127.0.0.1:" + featurePort,
            "--max-concurrent=16",
            "--drain=0ms");
    start(FeatureServerMain.class, featurePort, "--drain=0ms");
    start(OnlineStore.class, Ports.free());
    await().atMost(TIMEOUT).until(() -> get("/v2/health/live") == 200);
    assertThatWithoutAChampionItSaysWhatToDo();

    try (ArtifactStore store = ArtifactStore.open(artifacts.toString())) {
      ModelRegistry models = new ModelRegistry(kafka, registry, store, InstantSource.system());
      PipelineModels.publish(pipeline, models, "test");
      models.publish(
          ModelPackage.of(
              pipeline.model("price").orElseThrow(),
              pipeline,
              new ModelFile(Path.of("another"), train(), ""),
              Map.of()),
          "another",
          new Terms(false, List.of(), Fallback.CHAMPION, true, Label.ONCE),
          WHY);
      models.rollouts().canary(new ModelReference("price", "2"), 0.5, WHY);
    }
    start(ScoringJob.class, Ports.free());
    processes.forEach(ServiceProcess::awaitReady);
    assertThat(server.isReady()).isTrue();
    send(registry);
    AvroCodec codec = new AvroCodec(registry);
    for (ConsumerRecord<byte[], byte[]> record : read(Topics.features("price"))) {
      FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
      vectors.put(vector.getEventId(), vector);
    }
    for (ConsumerRecord<byte[], byte[]> record : read(Topics.scores("price"))) {
      Score score = codec.decode(record.value(), Score.class);
      scores.put(score.getEventId(), score);
    }
  }

  @AfterAll
  void stop() {
    processes.forEach(ServiceProcess::close);
  }

  private ServiceProcess start(Class<?> main, int at, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--pipeline=" + folder,
                "--bootstrap-servers=" + cluster.bootstrapServers(),
                "--registry-url=" + cluster.registryUrl(),
                "--state-dir=" + cluster.newDirectory("state"),
                "--artifacts=" + artifacts,
                "--http-port=" + at));
    arguments.addAll(List.of(more));
    ServiceProcess process = ServiceProcess.start(main, arguments, at, cluster.newDirectory("log"));
    processes.add(process);
    return process;
  }

  private void assertThatWithoutAChampionItSaysWhatToDo() throws Exception {
    await()
        .atMost(TIMEOUT)
        .until(() -> ask("/score/price", "{\"event\":{}}").body().contains("promote"));
    HttpResponse<String> refused = ask("/v2/models/price/infer", "{\"inputs\":[]}");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(JSON.readTree(refused.body()).path("error").textValue())
        .contains("leat model promote price@VERSION");
    assertThat(get("/v2/health/ready")).isEqualTo(503);
    assertThat(get("/v2/models/price/ready")).isEqualTo(503);
    assertThat(get("/ping")).isEqualTo(503);
  }

  /** Of labels that hang on nothing. */
  private byte[] train() throws Exception {
    FeatureService service = pipeline.service("price").orElseThrow();
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 300; i++) {
      set.add(
          i,
          service.features().stream().mapToDouble(feature -> random.nextDouble()).toArray(),
          random.nextBoolean());
    }
    return Trainer.train(set.build(), ModelMetadata.of(service)).onnx();
  }

  /** Three readings of each market, the last of which are kept. */
  private void send(RegistryClient registry) {
    Contract contract = pipeline.contracts().get(0);
    AvroCodec codec = new AvroCodec(registry);
    String topic = Topics.valid(contract.event());
    int schema = registry.register(Topics.valueSubject(topic), contract.schema());
    try (TopicWriter writer = cluster.newWriter();
        TopicReader reader = cluster.newReader(Topics.scores("price"))) {
      for (int i = 0; i < 3 * MARKETS; i++) {
        GenericRecord event = new GenericData.Record(contract.schema());
        long time = NOON + i * 60_000L;
        event.put("reading_time", time);
        event.put("market", "market-" + i % MARKETS);
        for (String field :
            List.of("nsw_price", "nsw_demand", "vic_price", "vic_demand", "transfer")) {
          event.put(field, random.nextDouble());
        }
        event.put("price_up", random.nextBoolean());
        String id = String.valueOf(time);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                topic, event.get("market").toString().getBytes(UTF_8), codec.encode(schema, event));
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, id);
        RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, id);
        RecordHeaders.set(record.headers(), RecordHeaders.CONTRACT, contract.event());
        RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, "readings/0/" + i);
        writer.send(record);
        if (i >= 2 * MARKETS) {
          events.put(id, event);
        }
      }
      writer.flush();
      reader.await(3 * MARKETS, TIMEOUT);
    }
  }

  @Test
  void aVectorThatIsEqualToTheStreamsHasTheScoreOfTheStreamBitForBit() throws Exception {
    assertThat(scores.keySet()).containsAll(events.keySet());
    ObjectNode request = JSON.createObjectNode();
    ArrayNode list = request.putArray("event");
    List<String> ids = List.copyOf(events.keySet());
    ids.forEach(id -> list.add(json(events.get(id))));
    request.put("vector", true);

    JsonNode results =
        await()
            .atMost(TIMEOUT)
            .until(() -> results(request), found -> haveTheVectorsOfTheStream(ids, found));

    Map<String, Integer> roles = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      Score score = scores.get(ids.get(i));
      JsonNode result = results.get(i);
      assertThat(Double.doubleToRawLongBits(result.path("score").doubleValue()))
          .as("bits of the score of %s", ids.get(i))
          .isEqualTo(Double.doubleToRawLongBits(score.getScore()));
      assertThat(result.path("decision").textValue()).isEqualTo(score.getDecision());
      assertThat(result.path("version").textValue()).isEqualTo(score.getModelVersion());
      assertThat(result.path("number").intValue()).isEqualTo(score.getModelNumber());
      assertThat(result.path("digest").textValue()).isEqualTo(score.getModelDigest());
      assertThat(result.path("role").textValue()).isEqualTo(score.getRole());
      assertThat(result.path("rollout").longValue()).isEqualTo(score.getRollout());
      assertThat(result.path("propensity").doubleValue()).isEqualTo(score.getPropensity());
      assertThat(result.path("as_of").textValue())
          .isEqualTo(Instant.ofEpochMilli(Long.parseLong(ids.get(i))).toString());
      roles.merge(score.getRole(), 1, Integer::sum);
    }
    assertThat(roles).containsOnlyKeys("CHAMPION", "CANARY");
  }

  private static ObjectNode json(GenericRecord event) {
    ObjectNode json = JSON.createObjectNode();
    event
        .getSchema()
        .getFields()
        .forEach(field -> json.putPOJO(field.name(), event.get(field.pos())));
    return json;
  }

  private JsonNode results(JsonNode request) throws Exception {
    HttpResponse<String> answer = ask("/score/price", JSON.writeValueAsString(request));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("results");
  }

  private boolean haveTheVectorsOfTheStream(List<String> ids, JsonNode results) {
    List<String> names = pipeline.service("price").orElseThrow().featureNames();
    for (int i = 0; i < ids.size(); i++) {
      List<Object> expected = vectors.get(ids.get(i)).getValues();
      for (int feature = 0; feature < names.size(); feature++) {
        JsonNode value = results.get(i).path("vector").path("values").path(names.get(feature));
        if (!(expected.get(feature) instanceof Double number)
            || number.doubleValue() != value.doubleValue()) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void aGraphFedByEachProtocolGivesTheBitsOfTheStream() throws Exception {
    Score score =
        scores.values().stream().filter(one -> one.getModelNumber() == 1).findFirst().orElseThrow();
    List<Object> values = vectors.get(score.getEventId()).getValues();
    float[] row = new float[values.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = ((Double) values.get(i)).floatValue();
    }
    JsonNode metadata = JSON.readTree(body("/v2/models/price/versions/1"));
    assertThat(metadata.path("platform").textValue()).isEqualTo("onnx_onnxv1");
    assertThat(metadata.path("versions").toString()).isEqualTo("[\"1\",\"2\"]");
    JsonNode input = metadata.path("inputs").path(0);
    assertThat(input.path("datatype").textValue()).isEqualTo("FP32");
    String name = input.path("name").textValue();

    ObjectNode request = JSON.createObjectNode();
    request.put("id", "42");
    ObjectNode tensor = request.putArray("inputs").addObject();
    tensor.put("name", name).put("datatype", "FP32");
    tensor.putArray("shape").add(1).add(row.length);
    ArrayNode data = tensor.putArray("data").addArray();
    for (float value : row) {
      data.add(value);
    }
    request.putArray("outputs").addObject().put("name", "probabilities");
    HttpResponse<String> answer =
        ask("/v2/models/price/versions/champion/infer", JSON.writeValueAsString(request));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode inferred = JSON.readTree(answer.body());
    assertThat(inferred.path("id").textValue()).isEqualTo("42");
    assertThat(inferred.path("model_version").textValue()).isEqualTo("1");
    assertThat(inferred.path("outputs")).hasSize(1);
    assertThat((double) inferred.path("outputs").path(0).path("data").path(1).floatValue())
        .isEqualTo(score.getScore());

    assertThat(byGrpc(name, row)).isEqualTo(score.getScore());
    assertThat(byInvocations(row)).isEqualTo(score.getScore());
  }

  private double byGrpc(String name, float[] row) throws Exception {
    UnaryGrpcClient client =
        Clients.newClient("gproto+h2c://127.0.0.1:" + port, UnaryGrpcClient.class);
    assertThat(
            ServerReadyResponse.parseFrom(
                    client
                        .execute("/inference.GRPCInferenceService/ServerReady", new byte[0])
                        .join())
                .getReady())
        .isTrue();
    ByteBuffer raw = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(row);
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder()
            .setName(name)
            .setDatatype("FP32")
            .addShape(1)
            .addShape(row.length);
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("price")
            .setModelVersion("1")
            .addInputs(input)
            .addRawInputContents(ByteString.copyFrom(raw.array()));
    String method = "/inference.GRPCInferenceService/ModelInfer";
    ModelInferResponse answer =
        ModelInferResponse.parseFrom(client.execute(method, request.build().toByteArray()).join());
    int place = 0;
    while (!answer.getOutputs(place).getName().equals("probabilities")) {
      place++;
    }
    byte[] mixed =
        request
            .setInputs(0, input.setContents(input.getContentsBuilder().addFp32Contents(1)))
            .build()
            .toByteArray();
    assertThatThrownBy(() -> client.execute(method, mixed).join())
        .hasMessageContaining("do not mix");
    assertThatThrownBy(
            () ->
                Clients.builder("gproto+h2c://127.0.0.1:" + port)
                    .addHeader("grpc-encoding", "gzip")
                    .build(UnaryGrpcClient.class)
                    .execute(method, new byte[0])
                    .join())
        .hasMessageContaining("grpc-encoding is gzip; expected messages that are not compressed");
    return answer
        .getRawOutputContents(place)
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .getFloat(Float.BYTES);
  }

  private double byInvocations(float[] row) throws Exception {
    ObjectNode request = JSON.createObjectNode();
    ArrayNode values = request.putArray("inputs").addArray();
    for (float value : row) {
      values.add(value);
    }
    HttpResponse<String> answer = ask("/invocations", JSON.writeValueAsString(request));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    HttpResponse<String> compressed =
        HTTP.send(
            request("/endpoints/price/invocations")
                .header("content-type", "application/json")
                .header("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(gzip(JSON.writeValueAsBytes(request))))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(compressed.body()).as("by mlflow.deployments, compressed").isEqualTo(answer.body());
    return JSON.readTree(answer.body())
        .path("predictions")
        .path("probabilities")
        .path(0)
        .path(1)
        .floatValue();
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream compressing = new GZIPOutputStream(bytes)) {
      compressing.write(body);
    }
    return bytes.toByteArray();
  }

  @Test
  void whatMakesNoSenseIsRefusedInOneSentenceAndIsNoFaultOfTheServer() throws Exception {
    String good =
        "{\"name\":\"%s\",\"shape\":[1,18],\"datatype\":\"FP32\",\"data\":[%s]}"
            .formatted(
                JSON.readTree(body("/v2/models/price"))
                    .path("inputs")
                    .path(0)
                    .path("name")
                    .textValue(),
                String.join(",", Collections.nCopies(18, "0")));
    assertThat(ask("/v2/models/price/infer", "{\"inputs\":[" + good + "]}").statusCode())
        .isEqualTo(200);
    String none = good.replace("[1,18]", "[0,18]").replaceAll("\\[0(,0)+]", "[]");
    HttpResponse<String> empty = ask("/v2/models/price/infer", "{\"inputs\":[" + none + "]}");
    assertThat(empty.statusCode()).as(none + empty.body()).isEqualTo(200);
    Map<String, Integer> infer = new HashMap<>();
    Stream.of(
            "",
            "[]",
            "{",
            "{\"inputs\":{}}",
            "{\"inputs\":[]}",
            "{\"inputs\":[{\"name\":\"other\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}",
            "{\"inputs\":[" + good.replace("FP32", "FP64") + "]}",
            "{\"inputs\":[" + good.replace("[1,18]", "[1,17]") + "]}",
            "{\"inputs\":[" + good.replace("[1,18]", "[2,18]") + "]}",
            "{\"inputs\":[" + good.replace("[1,18]", "[-1,18]") + "]}",
            "{\"inputs\":[" + good.replace("[1,18]", "[4611686018427387904,18]") + "]}",
            "{\"inputs\":[" + good.replace("[0,", "[\"text\",") + "]}",
            "{\"inputs\":[" + good + "," + good + "]}",
            "{\"parameters\":{\"explain\":true},\"inputs\":[" + good + "]}",
            "{\"parameters\":{\"entities\":{\"market\":[\"m\"]}}}",
            "{\"inputs\":[" + good + "],\"outputs\":[{\"name\":\"none\"}]}")
        .forEach(body -> infer.put(body, 400));
    for (Map.Entry<String, Integer> one : infer.entrySet()) {
      HttpResponse<String> refused = ask("/v2/models/price/infer", one.getKey());
      assertThat(refused.statusCode()).as(one.getKey() + refused.body()).isEqualTo(one.getValue());
      assertThat(JSON.readTree(refused.body()).path("error").textValue()).isNotBlank();
    }
    assertThat(get("/v2/models/none")).isEqualTo(404);
    assertThat(get("/v2/models/price/versions/77/ready")).isEqualTo(404);
    assertThat(ask("/models/none/invocations", "{\"inputs\":[]}").statusCode()).isEqualTo(404);
    for (String body :
        List.of(
            "{}",
            "{\"inputs\":[],\"instances\":[]}",
            "{\"dataframe_split\":{}}",
            "{\"dataframe_records\":[{\"a\":1},{\"b\":1}]}",
            "{\"inputs\":[[1]]}")) {
      HttpResponse<String> refused = ask("/invocations", body);
      assertThat(refused.statusCode()).as(body + refused.body()).isEqualTo(400);
      assertThat(JSON.readTree(refused.body()).path("error_code").textValue())
          .isEqualTo("BAD_REQUEST");
    }
    for (String body :
        List.of(
            "{}",
            "{\"event\":7}",
            "{\"event\":[]}",
            "{\"event\":{\"market\":\"m\"},\"as_of\":\"noon\"}",
            "{\"event\":{\"market\":\"m\",\"reading_time\":9223372036854775807}}",
            "{\"event\":{\"market\":\"m\",\"reading_time\":92233720368547758070}}",
            "{\"event\":{\"nsw_price\":1},\"entities\":{\"market\":\"m\"}}",
            "{\"event\":{\"market\":\"m\"},\"entities\":{\"market\":\"n\"}}")) {
      HttpResponse<String> refused = ask("/score/price", body);
      assertThat(refused.statusCode()).as(body + refused.body()).isEqualTo(400);
      assertThat(JSON.readTree(refused.body()).path("detail").textValue()).isNotBlank();
    }
    assertThat(ask("/invocations", " ".repeat(2 << 20)).statusCode()).isEqualTo(413);
    assertThat(compressed(gzip(new byte[2 << 20]))).as("it counts unpacked").isEqualTo(413);
    byte[] broken = gzip(new byte[1_000]);
    broken[0] = 0;
    assertThat(compressed(broken)).as("no gzip").isEqualTo(400);
    byte[] damaged = gzip("{\"inputs\":[]}".getBytes(UTF_8));
    damaged[damaged.length - 6] ^= 1; // of its checksum
    assertThat(compressed(damaged)).as("its checksum is another").isEqualTo(400);
  }

  /** The status of a body that is said to be gzip. */
  private int compressed(byte[] body) throws Exception {
    return HTTP.send(
            request("/invocations")
                .header("content-type", "application/json")
                .header("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  private int get(String path) throws Exception {
    try {
      return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    } catch (ConnectException e) {
      return 0; // not yet there
    }
  }

  private String body(String path) throws Exception {
    return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private HttpResponse<String> ask(String path, String body) throws Exception {
    return HTTP.send(
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd();
    }
  }
}
