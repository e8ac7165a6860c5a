package io.leat.retraining.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.pipeline.definition.Trainer;
import io.leat.retraining.worker.RunTrainer.Begun;
import io.leat.retraining.worker.RunTrainer.Failed;
import io.leat.retraining.worker.RunTrainer.Progress;
import io.leat.retraining.worker.RunTrainer.Task;
import io.leat.retraining.worker.RunTrainer.Trained;
import io.leat.retraining.worker.RunTrainer.Waiting;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs of Kubeflow Pipelines (API v2beta1). It gives a run its id, so that the runs are looked
 * through for one of the name first.
 */
final class KubeflowRuns implements ScheduledTrainer.Scheduler {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RestClient client;
  private final Trainer.Kubeflow trainer;
  private final URI runs;

  KubeflowRuns(RestClient client, Trainer.Kubeflow trainer) {
    this.client = client;
    this.trainer = trainer;
    this.runs = RestClient.below(trainer.url(), "apis", "v2beta1", "runs");
  }

  @Override
  public Progress begin(String key, Task task, TrainerFolder folder) {
    String name = "leat-" + key;
    ObjectNode filter = JSON.createObjectNode();
    filter
        .putArray("predicates")
        .addObject()
        .put("key", "name")
        .put("operation", "EQUALS")
        .put("stringValue", name);
    RestClient.Answer known =
        client.get(URI.create(runs + "?filter=" + RestClient.encoded(filter.toString())));
    if (!known.isDone()) {
      return new Failed(known.refusal());
    }
    for (JsonNode run : known.json().path("runs")) {
      if (run.path("display_name").asText().equals(name)) {
        return new Begun(run.path("run_id").asText());
      }
    }
    RestClient.Answer answer =
        client.post(
            URI.create(
                runs
                    + trainer
                        .experiment()
                        .map(id -> "?experiment_id=" + RestClient.encoded(id))
                        .orElse("")),
            body(name, task, folder),
            Map.of());
    String id = answer.isDone() ? answer.json().path("run_id").asText() : "";
    return id.isEmpty() ? new Failed(answer.refusal()) : new Begun(id);
  }

  private ObjectNode body(String name, Task task, TrainerFolder folder) {
    ObjectNode body = JSON.createObjectNode().put("display_name", name);
    ObjectNode version =
        body.putObject("pipeline_version_reference").put("pipeline_id", trainer.pipeline());
    trainer.version().ifPresent(id -> version.put("pipeline_version_id", id));
    ObjectNode request = RunRequest.of(task, trainer.limit());
    request.put("run_dir", folder.root().toString());
    body.putObject("runtime_config")
        .putObject("parameters")
        .put("leat_request", request.toString());
    return body;
  }

  @Override
  public Progress look(String id) {
    RestClient.Answer answer = client.get(RestClient.below(runs, id));
    if (!answer.isDone()) {
      return new Failed(answer.refusal());
    }
    String state = answer.json().path("state").asText();
    return switch (state) {
      case "SUCCEEDED" -> new Trained(Path.of(""), Map.of());
      case "FAILED", "CANCELED", "SKIPPED" -> new Failed("run %s is %s".formatted(id, state));
      default -> new Waiting(); // PENDING, RUNNING, CANCELING, PAUSED
    };
  }
}
