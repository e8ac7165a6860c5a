package io.leat.retraining.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.records.GateResult;
import io.leat.records.RetrainingRun;
import io.leat.records.RunMetric;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs as a tracking server of MLflow shows them, by its REST API: an experiment a model, a run a
 * run. A run is known by its tag {@code leat.run_id}, and is up to date where its tag {@code
 * leat.record} names the record that it was made of, so that showing a record again changes nothing
 * and one that was cut short is gone on with. One thread owns it.
 */
final class MlflowRuns {
  static final String RUN_ID = "leat.run_id";
  static final String RECORD = "leat.record";

  private static final Logger log = LoggerFactory.getLogger(MlflowRuns.class);

  /** Who asks may be let in later, and what was there may be read anew. */
  private static final Set<Integer> LATER = Set.of(401, 403, 404);

  private static final String UPLOADED = "mlflow-artifacts:";

  // As the server bounds them.
  private static final int MOST_OF_A_BATCH = 1_000;
  private static final int MOST_PARAMETERS = 100;
  private static final int MOST_TAGS = 100;
  private static final int MOST_METRICS = MOST_OF_A_BATCH - MOST_PARAMETERS - MOST_TAGS;
  private static final int MOST_OF_A_KEY = 250;
  private static final int MOST_OF_A_VALUE = 5_000;
  private static final int PAGE = 1_000;

  private final URI tracking;
  private final RestClient client;
  private final String pipeline;

  /** Experiment to what it has; forgotten once something goes wrong. */
  private final Map<String, Experiment> experiments = new HashMap<>();

  /** What the server refuses, and would again. */
  static final class Refused extends LeatException {
    private static final long serialVersionUID = 1L;

    private Refused(String message) {
      super(ErrorCode.INPUT, message);
    }
  }

  /**
   * An experiment that is there.
   *
   * @param runs that there are, by our id
   */
  private record Experiment(String id, boolean isDeleted, Map<String, Shown> runs) {}

  /**
   * A run that is there.
   *
   * @param record what it was made of; empty where it was cut short
   * @param parameters names of those that it has: none can be changed
   */
  private record Shown(
      String id, String artifacts, boolean isDeleted, String record, Set<String> parameters) {}

  /**
   * @param tracking address of the server
   * @param headers of each request
   * @param pipeline whose runs they are
   */
  MlflowRuns(URI tracking, Supplier<Map<String, String>> headers, String pipeline) {
    this.tracking = tracking;
    this.client = new RestClient("MLflow at " + tracking, headers);
    this.pipeline = pipeline;
  }

  /**
   * Shows a run as its last record has it. One that somebody has deleted there, or whose
   * experiment, stays deleted.
   *
   * @param folder the run's, on this machine
   * @throws Refused if the server takes no such run
   * @throws LeatException if it does not answer, or lets nobody in: nothing is lost by trying again
   */
  void show(RetrainingRun run, RunFolder folder) {
    String name = pipeline + "/" + run.getModel();
    try {
      Experiment experiment = experiments.get(name);
      if (experiment == null) {
        experiment = experiment(name);
        experiments.put(name, experiment);
      }
      if (experiment.isDeleted()) {
        return;
      }
      Shown shown = experiment.runs().get(run.getRunId());
      if (shown == null) {
        shown = create(experiment, run);
      }
      String record = Sha256.hex(run.toString());
      if (!shown.isDeleted() && !shown.record().equals(record)) {
        Set<String> parameters = log(run, shown);
        upload(folder, shown.artifacts());
        end(run, shown);
        post("set-tag", object().put("run_id", shown.id()).put("key", RECORD).put("value", record));
        experiment
            .runs()
            .put(
                run.getRunId(),
                new Shown(shown.id(), shown.artifacts(), false, record, parameters));
      }
    } catch (RuntimeException e) {
      experiments.remove(name);
      throw e;
    }
  }

  private static ObjectNode object() {
    return new ObjectMapper().createObjectNode();
  }

  private URI address(String resource, String action) {
    return RestClient.below(tracking, "api", "2.0", "mlflow", resource, action);
  }

  private JsonNode post(String action, ObjectNode body) {
    return taken(client.post(address("runs", action), body, Map.of())).json();
  }

  /** The answer, where it is none that stays a refusal. */
  private static RestClient.Answer taken(RestClient.Answer answer) {
    if (answer.code() / 100 == 4 && !LATER.contains(answer.code())) {
      throw new Refused(answer.refusal());
    }
    done(answer);
    return answer;
  }

  private static JsonNode done(RestClient.Answer answer) {
    if (!answer.isDone()) {
      throw new LeatException(ErrorCode.NOT_READY, answer.refusal());
    }
    return answer.json();
  }

  private Experiment experiment(String name) {
    URI byName =
        URI.create(
            address("experiments", "get-by-name") + "?experiment_name=" + RestClient.encoded(name));
    RestClient.Answer found = client.get(byName);
    boolean isAbsent =
        !found.isDone()
            && found.json().path("error_code").asText().equals("RESOURCE_DOES_NOT_EXIST");
    String id =
        isAbsent
            ? done(client.post(
                    address("experiments", "create"), object().put("name", name), Map.of()))
                .path("experiment_id")
                .asText()
            : done(found).path("experiment").path("experiment_id").asText();
    boolean isDeleted =
        !isAbsent && found.json().at("/experiment/lifecycle_stage").asText().equals("deleted");
    if (isDeleted) {
      log.warn(
          "The experiment {} has been deleted on MLflow: its runs are not shown there until it is restored, and this worker starts anew.",
          name);
    }
    return new Experiment(id, isDeleted, isAbsent || isDeleted ? new HashMap<>() : runs(id));
  }

  /** All of ours in an experiment, those too that somebody has deleted. */
  private Map<String, Shown> runs(String experiment) {
    Map<String, Shown> runs = new HashMap<>();
    String page = "";
    do {
      ObjectNode body =
          object()
              .put("filter", "tags.`%s` LIKE 'run-%%'".formatted(RUN_ID))
              .put("run_view_type", "ALL")
              .put("max_results", PAGE);
      body.putArray("experiment_ids").add(experiment);
      if (!page.isEmpty()) {
        body.put("page_token", page);
      }
      JsonNode answer = post("search", body);
      for (JsonNode run : answer.path("runs")) {
        Map<String, String> tags = new HashMap<>();
        run.at("/data/tags")
            .forEach(tag -> tags.put(tag.path("key").asText(), tag.path("value").asText()));
        Set<String> parameters = new HashSet<>();
        run.at("/data/params").forEach(one -> parameters.add(one.path("key").asText()));
        Shown shown =
            new Shown(
                run.at("/info/run_id").asText(),
                run.at("/info/artifact_uri").asText(),
                run.at("/info/lifecycle_stage").asText().equals("deleted"),
                tags.getOrDefault(RECORD, ""),
                parameters);
        runs.put(tags.getOrDefault(RUN_ID, ""), shown);
      }
      page = answer.path("next_page_token").asText("");
    } while (!page.isEmpty());
    return runs;
  }

  private Shown create(Experiment experiment, RetrainingRun run) {
    ObjectNode body =
        object()
            .put("experiment_id", experiment.id())
            .put("run_name", run.getRunId())
            .put("start_time", run.getTime().toEpochMilli());
    entry(body.putArray("tags"), RUN_ID, run.getRunId());
    JsonNode made = post("create", body).path("run").path("info");
    Shown shown =
        new Shown(
            made.path("run_id").asText(), made.path("artifact_uri").asText(), false, "", Set.of());
    experiment.runs().put(run.getRunId(), shown);
    return shown;
  }

  private static void entry(ArrayNode array, String key, String value) {
    array
        .addObject()
        .put("key", key(key))
        .put("value", value.substring(0, Math.min(value.length(), MOST_OF_A_VALUE)));
  }

  /** What the server takes as a key: no other signs, and nothing that reads as another path. */
  static String key(String name) {
    String plain =
        name.replace('=', ':').replaceAll("[^\\w\\-. :/]", "_").replaceAll("/+", "/").strip();
    String whole = plain.replaceAll("(^|/)\\.+(?=/|$)", "$1_").replaceAll("^/|/$", "");
    return whole.substring(0, Math.min(whole.length(), MOST_OF_A_KEY));
  }

  /**
   * Sends parameters, figures and tags; what was sent before is not changed by sending it again.
   */
  private Set<String> log(RetrainingRun run, Shown shown) {
    Map<String, String> parameters = new TreeMap<>();
    run.getParameters().forEach((name, value) -> parameters.put(key(name), value));
    parameters.keySet().removeAll(shown.parameters());
    Map<String, Double> metrics = metrics(run);
    Map<String, String> tags = tags(run);
    List<String> ofParameters = new ArrayList<>(parameters.keySet());
    List<String> ofMetrics = new ArrayList<>(metrics.keySet());
    List<String> ofTags = new ArrayList<>(tags.keySet());
    while (!ofParameters.isEmpty() || !ofMetrics.isEmpty() || !ofTags.isEmpty()) {
      ObjectNode body = object().put("run_id", shown.id());
      ArrayNode some = body.putArray("params");
      some(ofParameters, MOST_PARAMETERS)
          .forEach(name -> entry(some, name, parameters.getOrDefault(name, "")));
      ArrayNode someTags = body.putArray("tags");
      some(ofTags, MOST_TAGS).forEach(name -> entry(someTags, name, tags.getOrDefault(name, "")));
      ArrayNode figures = body.putArray("metrics");
      some(ofMetrics, MOST_METRICS)
          .forEach(
              name ->
                  figures
                      .addObject()
                      .put("key", name)
                      .put("value", metrics.getOrDefault(name, 0.0))
                      .put("timestamp", 0) // the same whenever it is sent again
                      .put("step", 0));
      post("log-batch", body);
    }
    Set<String> all = new HashSet<>(shown.parameters());
    all.addAll(parameters.keySet());
    return all;
  }

  /** Takes the first out of a list. */
  private static List<String> some(List<String> names, int most) {
    List<String> first = names.subList(0, Math.min(most, names.size()));
    List<String> taken = List.copyOf(first);
    first.clear();
    return taken;
  }

  /** {@code compared/challenger/auc}, with its interval, and of a segment behind it. */
  private static Map<String, Double> metrics(RetrainingRun run) {
    Map<String, Double> metrics = new TreeMap<>();
    for (RunMetric metric : run.getMetrics()) {
      String name = String.join("/", metric.getSplit(), metric.getCandidate(), metric.getMetric());
      String segment =
          metric.getSegment().isEmpty() ? "" : "/" + metric.getSegment().replace('/', '_');
      put(metrics, name + segment, metric.getValue());
      put(metrics, name + ".low" + segment, metric.getLow());
      put(metrics, name + ".high" + segment, metric.getHigh());
    }
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String name, @Nullable Double value) {
    if (value != null && Double.isFinite(value)) { // JSON has no others
      metrics.put(key(name), value);
    }
  }

  /** Where the run comes from, and what became of it. */
  private static Map<String, String> tags(RetrainingRun run) {
    Map<String, String> tags = new TreeMap<>();
    tags.put("mlflow.source.name", "leat");
    tags.put("mlflow.note.content", run.getMessage());
    tags.put("leat.state", run.getState().name().toLowerCase(Locale.ROOT));
    tags.put("leat.step", run.getStep());
    tags.put("leat.request_id", run.getRequestId());
    tags.put("leat.policy", run.getPolicy());
    tags.put("leat.cause", run.getCause());
    tags.put("leat.run_key", run.getRunKey());
    tags.put("leat.training_set", run.getTrainingSet());
    tags.put("leat.code_version", run.getCodeVersion());
    tags.put("leat.trainer", run.getTrainer());
    tags.put("leat.external_id", run.getExternalId());
    tags.put("leat.artifacts", run.getArtifacts());
    tags.put("leat.champion", number(run.getChampion()));
    tags.put("leat.version", number(run.getVersionNumber()));
    tags.put("leat.version_label", Optional.ofNullable(run.getModelVersion()).orElse(""));
    run.getSnapshots()
        .forEach((table, snapshot) -> tags.put("leat.snapshot." + table, snapshot.toString()));
    for (GateResult gate : run.getGates()) {
      tags.put(
          "leat.gate." + gate.getGate(),
          gate.getVerdict().name().toLowerCase(Locale.ROOT) + ": " + gate.getMessage());
    }
    tags.values().removeIf(String::isEmpty);
    return tags;
  }

  private static String number(int number) {
    return number == 0 ? "" : String.valueOf(number);
  }

  /** Sends the reports that are there, where the server takes files itself. */
  private void upload(RunFolder folder, String artifacts) {
    if (!artifacts.startsWith(UPLOADED)) {
      return; // a store of its own, which the tag leat.artifacts names ours beside
    }
    String path = URI.create(artifacts).getPath();
    List<String> parts =
        Stream.concat(
                Stream.of("api", "2.0", "mlflow-artifacts", "artifacts"),
                Arrays.stream(path.split("/")).filter(part -> !part.isEmpty()))
            .toList();
    for (Path file : folder.reports()) {
      List<String> all = new ArrayList<>(parts);
      all.add(String.valueOf(file.getFileName()));
      try {
        taken(
            client.put(
                RestClient.below(tracking, all.toArray(String[]::new)), Files.readAllBytes(file)));
      } catch (IOException e) {
        throw RunFolder.notWritable(file, e);
      }
    }
  }

  private void end(RetrainingRun run, Shown shown) {
    ObjectNode body = object().put("run_id", shown.id()).put("status", status(run));
    if (RunRecords.isFinal(run)) {
      body.put("end_time", run.getTime().toEpochMilli());
    }
    post("update", body);
  }

  private static String status(RetrainingRun run) {
    return switch (run.getState()) {
      case STARTED, PINNED, TRAINED, GATED, PUBLISHED -> "RUNNING";
      case PROMOTED, REJECTED -> "FINISHED";
      case LAPSED -> "KILLED";
      case FAILED -> "FAILED";
    };
  }
}
