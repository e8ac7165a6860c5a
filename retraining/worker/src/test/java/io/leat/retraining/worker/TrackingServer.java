package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A tracking server as strict as MLflow's: it knows no other path or field, refuses what MLflow
 * refuses, and may lose answers to what it has done. Thread-safe.
 */
final class TrackingServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Ids of those that somebody has deleted. */
  final Set<String> deletedExperiments = ConcurrentHashMap.newKeySet();

  /** Our ids of runs of which nothing is taken. */
  final Set<String> refusedRuns = ConcurrentHashMap.newKeySet();

  private static final Pattern KEY = Pattern.compile("[\\w\\-. :/]{1,250}");
  private static final int MOST_ENTRIES = 100;
  private static final int MOST_ENTITIES = 1_000; // of all kinds together

  /** A run as it stands. */
  static final class Run {
    final String experiment;
    final Map<String, String> tags = new TreeMap<>();
    final Map<String, String> parameters = new TreeMap<>();
    final Map<String, Double> metrics = new TreeMap<>();
    final Map<String, String> artifacts = new TreeMap<>();
    String status = "RUNNING";
    String stage = "active";
    Optional<Long> ended = Optional.empty();

    private Run(String experiment) {
      this.experiment = experiment;
    }
  }

  /** What is answered with another code than 200. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;
    private final String error;

    Refused(int code, String error, String message) {
      super(message);
      this.code = code;
      this.error = error;
    }
  }

  private final HttpServer server;
  private final Map<String, String> experiments = new LinkedHashMap<>();
  private final Map<String, Run> runs = new LinkedHashMap<>();
  private final Set<String> authorizations = new TreeSet<>();
  private int requests;
  private int lost;
  private int down;

  TrackingServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  synchronized Map<String, String> experiments() {
    return Map.copyOf(experiments);
  }

  synchronized Map<String, Run> runs() {
    return new LinkedHashMap<>(runs);
  }

  synchronized int requests() {
    return requests;
  }

  synchronized Set<String> authorizations() {
    return Set.copyOf(authorizations);
  }

  /** Does the nth request from now on, and does not answer it. */
  synchronized void losesAnswer(int nth) {
    lost = requests + nth;
  }

  /** Answers so many requests with 503. */
  synchronized void isDownFor(int count) {
    down = requests + count;
  }

  private synchronized void serve(HttpExchange exchange) throws IOException {
    requests++;
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    if (requests <= down) {
      answer(exchange, 503, "starting");
      return;
    }
    try {
      String answer = answer(exchange, path, body).toString();
      if (requests == lost) {
        exchange.close();
        return;
      }
      answer(exchange, 200, answer);
    } catch (Refused e) {
      ObjectNode refusal = JSON.createObjectNode();
      refusal.put("error_code", e.error).put("message", e.getMessage());
      answer(exchange, e.code, refusal.toString());
    }
  }

  private static void answer(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private JsonNode answer(HttpExchange exchange, String path, byte[] body)
      throws Refused, IOException {
    String artifacts = "/api/2.0/mlflow-artifacts/artifacts/";
    if (exchange.getRequestMethod().equals("PUT") && path.startsWith(artifacts)) {
      String[] parts = path.substring(artifacts.length()).split("/", 4);
      Run run = run(parts[1]);
      require(parts[0].equals(run.experiment) && parts[2].equals("artifacts"), path);
      run.artifacts.put(parts[3], new String(body, UTF_8));
      return JSON.createObjectNode();
    }
    String method = exchange.getRequestMethod() + " " + path.replace("/api/2.0/mlflow/", "");
    if (method.equals("GET experiments/get-by-name")) {
      return byName(exchange.getRequestURI().getRawQuery());
    }
    JsonNode given = JSON.readTree(body);
    return switch (method) {
      case "POST experiments/create" -> createExperiment(given);
      case "POST runs/search" -> search(given);
      case "POST runs/create" -> create(given);
      case "POST runs/log-batch" -> logBatch(given);
      case "POST runs/set-tag" -> {
        only(given, "run_id", "key", "value");
        run(given).tags.put(key(given), given.path("value").asText());
        yield JSON.createObjectNode();
      }
      case "POST runs/update" -> update(given);
      default -> throw new Refused(404, "ENDPOINT_NOT_FOUND", method);
    };
  }

  private static void require(boolean holds, String what) throws Refused {
    if (!holds) {
      throw new Refused(400, "INVALID_PARAMETER_VALUE", what);
    }
  }

  private static void only(JsonNode given, String... fields) throws Refused {
    Set<String> known = Set.of(fields);
    for (var names = given.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      require(known.contains(name), "field " + name);
    }
  }

  private static String key(JsonNode entry) throws Refused {
    String key = entry.path("key").asText();
    boolean isPath = key.startsWith("/") || key.endsWith("/") || key.contains("//");
    require(KEY.matcher(key).matches() && !isPath, "Invalid name: '%s'".formatted(key));
    return key;
  }

  private Run run(String id) throws Refused {
    Run run = runs.get(id);
    if (run == null) {
      throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Run '%s' not found".formatted(id));
    }
    return run;
  }

  private Run run(JsonNode given) throws Refused {
    Run run = run(given.path("run_id").asText());
    require(run.stage.equals("active"), "The run must be in the 'active' state");
    return run;
  }

  private JsonNode byName(String query) throws Refused {
    String name = URLDecoder.decode(query.substring(query.indexOf('=') + 1), UTF_8);
    String id = experiments.get(name);
    if (id == null || !query.startsWith("experiment_name=")) {
      throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Could not find " + name);
    }
    ObjectNode answer = JSON.createObjectNode();
    answer
        .putObject("experiment")
        .put("experiment_id", id)
        .put("name", name)
        .put("lifecycle_stage", deletedExperiments.contains(id) ? "deleted" : "active");
    return answer;
  }

  private JsonNode createExperiment(JsonNode given) throws Refused {
    only(given, "name");
    String id = String.valueOf(experiments.size() + 1);
    if (experiments.putIfAbsent(given.path("name").asText(), id) != null) {
      throw new Refused(400, "RESOURCE_ALREADY_EXISTS", "Experiment already exists");
    }
    return JSON.createObjectNode().put("experiment_id", id);
  }

  /** One run a page, so that pages are asked for. */
  private JsonNode search(JsonNode given) throws Refused {
    only(given, "filter", "run_view_type", "max_results", "experiment_ids", "page_token");
    require(
        given.path("filter").asText().equals("tags.`leat.run_id` LIKE 'run-%'"),
        given.path("filter").asText());
    int from = given.path("page_token").asInt(0);
    ObjectNode answer = JSON.createObjectNode();
    if (from < runs.size()) {
      String id = runs.keySet().stream().skip(from).findFirst().orElseThrow();
      answer.putArray("runs").add(json(id, runs.get(id)));
    }
    if (from + 1 < runs.size()) {
      answer.put("next_page_token", String.valueOf(from + 1));
    }
    return answer;
  }

  private static ObjectNode json(String id, Run run) {
    ObjectNode json = JSON.createObjectNode();
    json.putObject("info")
        .put("run_id", id)
        .put("status", run.status)
        .put("lifecycle_stage", run.stage)
        .put("artifact_uri", "mlflow-artifacts:/%s/%s/artifacts".formatted(run.experiment, id));
    ObjectNode data = json.putObject("data");
    entries(data.putArray("tags"), run.tags);
    entries(data.putArray("params"), run.parameters);
    return json;
  }

  private static void entries(ArrayNode array, Map<String, String> values) {
    values.forEach((key, value) -> array.addObject().put("key", key).put("value", value));
  }

  private JsonNode create(JsonNode given) throws Refused {
    only(given, "experiment_id", "run_name", "start_time", "tags");
    require(experiments.containsValue(given.path("experiment_id").asText()), "no experiment");
    require(
        !deletedExperiments.contains(given.path("experiment_id").asText()),
        "The experiment must be in the 'active' state");
    Run run = new Run(given.path("experiment_id").asText());
    for (JsonNode tag : given.path("tags")) {
      run.tags.put(key(tag), tag.path("value").asText());
    }
    String id = "f%031d".formatted(runs.size());
    runs.put(id, run);
    ObjectNode answer = JSON.createObjectNode();
    answer.set("run", json(id, run));
    return answer;
  }

  private JsonNode logBatch(JsonNode given) throws Refused {
    only(given, "run_id", "metrics", "params", "tags");
    Run run = run(given);
    require(!refusedRuns.contains(run.tags.get("leat.run_id")), "no figures of this run");
    require(given.path("params").size() <= MOST_ENTRIES, "params");
    require(given.path("tags").size() <= MOST_ENTRIES, "tags");
    int entities =
        given.path("metrics").size() + given.path("params").size() + given.path("tags").size();
    require(entities <= MOST_ENTITIES, "A batch logging request can contain at most 1000 entities");
    for (JsonNode entry : given.path("params")) {
      String value = entry.path("value").asText();
      String before = run.parameters.putIfAbsent(key(entry), value);
      require(before == null || before.equals(value), "Changing param values is not allowed");
    }
    for (JsonNode entry : given.path("metrics")) {
      only(entry, "key", "value", "timestamp", "step");
      require(entry.path("value").isNumber() && entry.path("timestamp").isNumber(), "metric");
      run.metrics.put(key(entry), entry.path("value").asDouble());
    }
    for (JsonNode entry : given.path("tags")) {
      run.tags.put(key(entry), entry.path("value").asText());
    }
    return JSON.createObjectNode();
  }

  private JsonNode update(JsonNode given) throws Refused {
    only(given, "run_id", "status", "end_time");
    Run run = run(given);
    String status = given.path("status").asText();
    require(Set.of("RUNNING", "FINISHED", "FAILED", "KILLED").contains(status), status);
    run.status = status;
    run.ended =
        given.has("end_time") ? Optional.of(given.path("end_time").asLong()) : Optional.empty();
    return JSON.createObjectNode();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
