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
 * Jobs of Kubernetes (batch/v1). A job's name is made of the run's key, so a second one is refused
 * (409): it is ours. The run's folder is on the claim that worker and job mount.
 */
final class KubernetesJobs implements ScheduledTrainer.Scheduler {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MOUNT = "/run/leat";
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;
  private static final int KEPT_SECONDS = 604_800;
  private static final int LONGEST_NAME = 40;

  private final RestClient client;
  private final Trainer.Kubernetes trainer;
  private final URI jobs;

  KubernetesJobs(RestClient client, Trainer.Kubernetes trainer) {
    this.client = client;
    this.trainer = trainer;
    this.jobs =
        RestClient.below(
            trainer.url(), "apis", "batch", "v1", "namespaces", trainer.namespace(), "jobs");
  }

  @Override
  public Progress begin(String key, Task task, TrainerFolder folder) {
    String model =
        task.model().name().toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String name =
        "leat-train-%s-%s"
            .formatted(model.substring(0, Math.min(model.length(), LONGEST_NAME)), key);
    RestClient.Answer answer = client.post(jobs, job(name, key, model, folder), Map.of());
    return answer.isDone() || answer.code() == CONFLICT
        ? new Begun(name)
        : new Failed(answer.refusal());
  }

  private ObjectNode job(String name, String key, String model, TrainerFolder folder) {
    ObjectNode job = JSON.createObjectNode().put("apiVersion", "batch/v1").put("kind", "Job");
    job.putObject("metadata")
        .put("name", name)
        .putObject("labels")
        .put("app.kubernetes.io/managed-by", "leat")
        .put("leat.io/model", model)
        .put("leat.io/run-key", key);
    ObjectNode spec =
        job.putObject("spec")
            .put("backoffLimit", 1)
            .put("activeDeadlineSeconds", trainer.limit().toSeconds())
            .put("ttlSecondsAfterFinished", KEPT_SECONDS);
    ObjectNode pod = spec.putObject("template").putObject("spec").put("restartPolicy", "Never");
    ObjectNode container =
        pod.putArray("containers").addObject().put("name", "trainer").put("image", trainer.image());
    container.putArray("env").addObject().put("name", "LEAT_RUN_DIR").put("value", MOUNT);
    Path path = trainer.mounted().relativize(folder.root());
    container
        .putArray("volumeMounts")
        .addObject()
        .put("name", "runs")
        .put("mountPath", MOUNT)
        .put("subPath", path.toString());
    pod.putArray("volumes")
        .addObject()
        .put("name", "runs")
        .putObject("persistentVolumeClaim")
        .put("claimName", trainer.claim());
    return job;
  }

  @Override
  public Progress look(String id) {
    RestClient.Answer answer = client.get(RestClient.below(jobs, id));
    if (!answer.isDone()) {
      return new Failed(
          answer.code() == NOT_FOUND
              ? "job %s is not there any more".formatted(id)
              : answer.refusal());
    }
    for (JsonNode condition : answer.json().path("status").path("conditions")) {
      if (condition.path("status").asText().equals("True")) {
        switch (condition.path("type").asText()) {
          case "Complete" -> {
            return new Trained(Path.of(""), Map.of());
          }
          case "Failed" -> {
            return new Failed(
                "job %s failed: %s %s"
                    .formatted(
                        id,
                        condition.path("reason").asText(""),
                        condition.path("message").asText("")));
          }
          default -> {
            // Suspended and so on: it goes on
          }
        }
      }
    }
    return new Waiting();
  }
}
