package io.leat.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.runtime.access.Role;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * As much of MLflow's tracking as {@code log_model} asks for: a run, since MLflow 3 a logged model
 * too, and what is said of them. They last as long as {@link Uploads} do; parameters and metrics
 * become evidence of the version that is registered.
 *
 * <p>There is one experiment, whatever it is asked for by; of a metric there is the last value.
 */
final class RunRoutes {
  private static final String API = "/api/2.0/mlflow/";
  private static final int MOST = 1_000;

  /** As MLflow has it of parameters. */
  private static final int LONGEST = 6_000;

  private static final int SHORT_NAME = 8;

  private final Uploads uploads;
  private final RestApi gate;
  private final InstantSource clock;

  RunRoutes(Uploads uploads, RestApi gate, InstantSource clock) {
    this.uploads = uploads;
    this.gate = gate;
    this.clock = clock;
  }

  void configure(ServerBuilder server) {
    route(server, HttpMethod.GET, "experiments/get", RunRoutes::experiment);
    route(server, HttpMethod.GET, "experiments/get-by-name", RunRoutes::experiment);
    route(server, HttpMethod.POST, "runs/create", this::create);
    route(server, HttpMethod.GET, "runs/get", this::run);
    route(server, HttpMethod.POST, "runs/update", this::update);
    route(server, HttpMethod.POST, "runs/log-parameter", this::logParameter);
    route(server, HttpMethod.POST, "runs/log-metric", this::logMetric);
    route(server, HttpMethod.POST, "runs/log-batch", this::logBatch);
    route(server, HttpMethod.POST, "runs/set-tag", this::setTag);
    route(server, HttpMethod.POST, "runs/log-model", this::logModel);
    route(server, HttpMethod.POST, "runs/outputs", this::logOutputs);
    route(server, HttpMethod.GET, "metrics/get-history", this::metric);
    route(server, HttpMethod.POST, "logged-models", this::createLogged);
    route(server, HttpMethod.POST, "logged-models/search", this::searchLogged);
    route(server, HttpMethod.GET, "logged-models/{id}", this::logged);
    route(server, HttpMethod.PATCH, "logged-models/{id}", this::finalizeLogged);
    route(server, HttpMethod.PATCH, "logged-models/{id}/tags", this::tagLogged);
  }

  private void route(ServerBuilder server, HttpMethod method, String path, RestApi.Work work) {
    server
        .route()
        .methods(method)
        .path(API + path)
        .build(gate.service(path, Role.WRITE_MODELS, work));
  }

  private static ObjectNode experiment(Call call) {
    ObjectNode answer = RestApi.JSON.createObjectNode();
    answer
        .putObject("experiment")
        .put("experiment_id", Locations.EXPERIMENT)
        .put("name", call.text("experiment_name").orElse("Default"))
        .put("artifact_location", "mlflow-artifacts:/" + Locations.EXPERIMENT)
        .put("lifecycle_stage", "active");
    return answer;
  }

  private ObjectNode create(Call call) throws Refusal, IOException {
    String id = Uploads.newId("");
    ObjectNode run = RestApi.JSON.createObjectNode();
    String name =
        call.text("run_name")
            .or(() -> tag(call, "mlflow.runName"))
            .orElse("run-" + id.substring(0, SHORT_NAME));
    run.putObject("info")
        .put("run_uuid", id)
        .put("run_id", id)
        .put("experiment_id", Locations.EXPERIMENT)
        .put("run_name", name)
        .put("user_id", call.sender().name())
        .put("status", "RUNNING")
        .put("start_time", call.fields().path("start_time").asLong(clock.millis()))
        .put("artifact_uri", Locations.ofRun(id))
        .put("lifecycle_stage", "active");
    run.putObject("data");
    addAll(run, "tags", call.fields().path("tags"));
    uploads.create(id, run);
    return answer("run", run);
  }

  private static Optional<String> tag(Call call, String key) {
    return StreamSupport.stream(call.fields().path("tags").spliterator(), false)
        .filter(tag -> tag.path("key").asText().equals(key))
        .map(tag -> tag.path("value").asText())
        .findFirst();
  }

  private static String id(Call call) throws Refusal {
    return call.text("run_id").isPresent() ? call.required("run_id") : call.required("run_uuid");
  }

  private ObjectNode run(Call call) throws Refusal, IOException {
    return answer("run", uploads.document(id(call)));
  }

  private ObjectNode update(Call call) throws Refusal, IOException {
    ObjectNode run =
        uploads.update(
            id(call),
            document -> {
              ObjectNode info = (ObjectNode) document.get("info");
              for (String field : List.of("status", "end_time", "run_name")) {
                if (call.fields().hasNonNull(field)) {
                  info.set(field, call.fields().get(field));
                }
              }
            });
    return answer("run_info", (ObjectNode) run.get("info"));
  }

  private ObjectNode logParameter(Call call) throws Refusal, IOException {
    return log(call, "params", call.fields());
  }

  private ObjectNode logMetric(Call call) throws Refusal, IOException {
    return log(call, "metrics", call.fields());
  }

  private ObjectNode setTag(Call call) throws Refusal, IOException {
    return log(call, "tags", call.fields());
  }

  private ObjectNode log(Call call, String kind, ObjectNode one) throws Refusal, IOException {
    uploads.update(id(call), run -> add(run, kind, one));
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode logBatch(Call call) throws Refusal, IOException {
    uploads.update(
        id(call),
        run -> {
          for (String kind : List.of("params", "metrics", "tags")) {
            addAll(run, kind, call.fields().path(kind));
          }
        });
    return RestApi.JSON.createObjectNode();
  }

  /** What it says is in the file MLmodel too, which is uploaded. */
  private ObjectNode logModel(Call call) throws Refusal, IOException {
    uploads.document(id(call));
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode logOutputs(Call call) throws Refusal, IOException {
    uploads.update(
        id(call),
        run -> {
          ArrayNode outputs = run.withObject("/outputs").withArray("model_outputs");
          for (JsonNode model : call.fields().path("models")) {
            requireRoom(outputs);
            outputs.add(model);
          }
        });
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode metric(Call call) throws Refusal, IOException {
    String key = call.required("metric_key");
    ObjectNode answer = RestApi.JSON.createObjectNode();
    ArrayNode metrics = answer.putArray("metrics");
    for (JsonNode metric : uploads.document(id(call)).path("data").path("metrics")) {
      if (metric.path("key").asText().equals(key)) {
        metrics.add(metric);
      }
    }
    return answer;
  }

  private ObjectNode createLogged(Call call) throws Refusal, IOException {
    String id = Uploads.newId(Uploads.LOGGED);
    long now = clock.millis();
    ObjectNode model = RestApi.JSON.createObjectNode();
    ObjectNode info =
        model
            .putObject("info")
            .put("model_id", id)
            .put("experiment_id", Locations.EXPERIMENT)
            .put("name", call.text("name").orElse("model"))
            .put("creation_timestamp_ms", now)
            .put("last_updated_timestamp_ms", now)
            .put("artifact_uri", Locations.ofModel(id))
            .put("status", "LOGGED_MODEL_PENDING")
            .put("model_type", call.text("model_type").orElse(""))
            .put("source_run_id", call.text("source_run_id").orElse(""));
    info.putArray("tags");
    for (JsonNode tag : call.fields().path("tags")) {
      put((ArrayNode) info.get("tags"), tag);
    }
    model.putObject("data");
    addAll(model, "params", call.fields().path("params"));
    uploads.create(id, model);
    return answer("model", model);
  }

  private ObjectNode logged(Call call) throws Refusal, IOException {
    return answer("model", uploads.document(call.path()));
  }

  private ObjectNode finalizeLogged(Call call) throws Refusal, IOException {
    String status = call.required("status");
    return answer(
        "model",
        uploads.update(
            call.path(),
            model ->
                ((ObjectNode) model.get("info"))
                    .put("status", status)
                    .put("last_updated_timestamp_ms", clock.millis())));
  }

  private ObjectNode tagLogged(Call call) throws Refusal, IOException {
    return answer(
        "model",
        uploads.update(
            call.path(),
            model -> {
              for (JsonNode tag : call.fields().path("tags")) {
                put((ArrayNode) model.get("info").withArray("tags"), tag);
              }
            }));
  }

  /** A client looks for those of a run by their name. */
  private ObjectNode searchLogged(Call call) throws Refusal, IOException {
    Search search = Search.of(call.text("filter").orElse(""), Set.of("name", "source_run_id"));
    ObjectNode answer = RestApi.JSON.createObjectNode();
    ArrayNode models = answer.putArray("models");
    for (ObjectNode model : uploads.loggedModels()) {
      JsonNode info = model.path("info");
      Map<String, String> attributes =
          Map.of(
              "name", info.path("name").asText(),
              "source_run_id", info.path("source_run_id").asText());
      if (search.matches(attributes, Map.of())) {
        models.add(model);
      }
    }
    return answer;
  }

  /**
   * What was said of a run, a line each: {@code metric auc = 0.9}.
   *
   * @param id of the run, or of a model that was logged in it
   */
  List<String> evidence(String id) throws Refusal, IOException {
    ObjectNode upload = uploads.document(id);
    String run = upload.path("info").path("source_run_id").asText();
    List<String> lines = new ArrayList<>();
    JsonNode data = (run.isEmpty() ? upload : uploads.document(run)).path("data");
    for (JsonNode metric : data.path("metrics")) {
      lines.add(line("metric", metric));
    }
    for (JsonNode parameter : data.path("params")) {
      lines.add(line("parameter", parameter));
    }
    return lines;
  }

  private static String line(String kind, JsonNode said) {
    return "%s %s = %s".formatted(kind, said.path("key").asText(), said.path("value").asText());
  }

  private static void addAll(ObjectNode document, String kind, JsonNode all) throws Refusal {
    for (JsonNode one : all) {
      add(document, kind, one);
    }
  }

  private static void add(ObjectNode document, String kind, JsonNode one) throws Refusal {
    put(document.withObject("/data").withArray(kind), one);
  }

  /** Adds what has a key; it takes the place of what had the same. */
  private static void put(ArrayNode list, JsonNode one) throws Refusal {
    ObjectNode kept = RestApi.JSON.createObjectNode();
    for (String field : List.of("key", "value", "timestamp", "step")) {
      if (one.hasNonNull(field)) {
        kept.set(field, one.get(field));
      }
    }
    if (!kept.has("key")) {
      throw Refusal.invalid("Missing value for required parameter 'key'.");
    }
    for (JsonNode said : kept) {
      if (said.isContainerNode() || said.asText().length() > LONGEST) {
        throw Refusal.invalid(
            "A key or value of a run is a text or number of at most %d characters.", LONGEST);
      }
    }
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).get("key").equals(kept.get("key"))) {
        list.set(i, kept);
        return;
      }
    }
    requireRoom(list);
    list.add(kept);
  }

  private static void requireRoom(ArrayNode list) throws Refusal {
    if (list.size() >= MOST) {
      throw Refusal.invalid(
          "A registry takes at most %d of each kind of a run; keep more with an MLflow server of your own.",
          MOST);
    }
  }

  private static ObjectNode answer(String field, ObjectNode value) {
    ObjectNode answer = RestApi.JSON.createObjectNode();
    answer.set(field, value);
    return answer;
  }
}
