package io.leat.retraining.worker;

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
import java.time.Duration;
import java.util.Map;

/**
 * Runs of a DAG of Airflow 3 (its API v2). A run's id is made of the run's key, so a second one is
 * refused (409): it is ours.
 */
final class AirflowRuns implements ScheduledTrainer.Scheduler {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final RestClient client;
  private final Duration limit;
  private final URI runs;
  private final String dag;

  AirflowRuns(RestClient client, Trainer.Airflow trainer) {
    this.client = client;
    this.limit = trainer.limit();
    this.dag = trainer.dag();
    this.runs = RestClient.below(trainer.url(), "api", "v2", "dags", dag, "dagRuns");
  }

  @Override
  public Progress begin(String key, Task task, TrainerFolder folder) {
    String id = "leat__" + key;
    ObjectNode body = JSON.createObjectNode().put("dag_run_id", id).putNull("logical_date");
    ObjectNode request = RunRequest.of(task, limit);
    request.put("run_dir", folder.root().toString());
    body.putObject("conf").set("leat", request);
    body.put("note", task.run().getCause());
    RestClient.Answer answer = client.post(runs, body, Map.of());
    if (answer.isDone() || answer.code() == CONFLICT) {
      return new Begun(id);
    }
    return new Failed(
        answer.code() == NOT_FOUND
            ? "there is no DAG %s: %s".formatted(dag, answer.refusal())
            : answer.refusal());
  }

  @Override
  public Progress look(String id) {
    RestClient.Answer answer = client.get(RestClient.below(runs, id));
    if (!answer.isDone()) {
      return new Failed(answer.refusal());
    }
    String state = answer.json().path("state").asText();
    return switch (state) {
      case "success" -> new Trained(Path.of(""), Map.of());
      case "failed" -> new Failed("run %s of DAG %s failed".formatted(id, dag));
      default -> new Waiting(); // queued, running, and what may come
    };
  }
}
