package io.leat.retraining.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Trainer;
import io.leat.records.RetrainingRun;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * A service trains. It is asked with the run's key, so that it begins once however often it is
 * asked; what it calls the job is written down, and by that it is asked how far it is.
 */
final class HttpTrainer implements RunTrainer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final RestClient client;
  private final ModelRegistry models;
  private final Trainer.Http trainer;
  private final URI callbacks;
  private final InstantSource clock;

  /**
   * @param callbacks address that the service calls back, to which the run's id is added
   */
  HttpTrainer(ModelRegistry models, Trainer.Http trainer, URI callbacks, InstantSource clock) {
    this.client = new RestClient(name(trainer), Map::of);
    this.models = models;
    this.trainer = trainer;
    this.callbacks = callbacks;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name(trainer);
  }

  private static String name(Trainer.Http trainer) {
    return "http " + trainer.url();
  }

  @Override
  public Progress advance(Task task) {
    return task.run().getExternalId().isEmpty() ? begin(task) : look(task);
  }

  /** Asks it to begin; one that has begun says so again. */
  private Progress begin(Task task) {
    TrainerFolder folder = TrainerFolder.of(task.folder());
    folder.prepareOnce(task, trainer.limit(), models);
    RetrainingRun run = task.run();
    ObjectNode body = JSON.createObjectNode();
    body.put("run_key", run.getRunKey());
    body.put("callback_url", callbacks.resolve(run.getRunId()).toString());
    body.set("request", RunRequest.of(task, trainer.limit()));
    body.putObject("artifacts")
        .put("train", folder.train().toUri().toString())
        .put("holdout", folder.holdout().toUri().toString())
        .put("champion", folder.root().resolve("champion").toUri().toString())
        .put("upload", folder.model().toUri().toString());
    RestClient.Answer answer =
        client.post(trainer.url(), body, Map.of("Idempotency-Key", run.getRunKey()));
    if (answer.code() == CONFLICT) {
      return new Begun(run.getRunKey()); // begun, and known by the key
    }
    if (answer.isDone()) {
      String job = answer.json().path("job").asText("");
      return new Begun(job.isEmpty() ? run.getRunKey() : job);
    }
    return new Failed(answer.refusal());
  }

  private Progress look(Task task) {
    RetrainingRun run = task.run();
    if (clock.instant().isAfter(run.getTime().plus(trainer.limit()))) {
      return new Failed(
          "%s took longer than %d s for job %s"
              .formatted(name(), trainer.limit().toSeconds(), run.getExternalId()));
    }
    RestClient.Answer answer = client.get(RestClient.below(trainer.url(), run.getExternalId()));
    if (!answer.isDone()) {
      return new Failed(
          answer.code() == NOT_FOUND
              ? "%s does not know job %s any more".formatted(name(), run.getExternalId())
              : answer.refusal());
    }
    JsonNode told = answer.json();
    String state = told.path("state").asText("");
    return switch (state) {
      case "queued", "running" -> new Waiting();
      case "succeeded" -> made(task, told);
      case "declined" -> new Declined(told.path("message").asText("without a reason"));
      case "failed" -> new Failed(name() + ": " + told.path("message").asText("without a reason"));
      default ->
          new Failed(
              "%s says that job %s is '%s'; expected queued, running, succeeded, declined or failed"
                  .formatted(name(), run.getExternalId(), state));
    };
  }

  private Progress made(Task task, JsonNode told) {
    TrainerFolder folder = TrainerFolder.of(task.folder());
    String uri = told.path("model_uri").asText("");
    if (uri.startsWith("http://") || uri.startsWith("https://")) {
      RestClient.Answer file = client.get(URI.create(uri));
      if (!file.isDone()) {
        return new Failed(file.refusal());
      }
      task.folder().write(folder.model().resolve("model.onnx"), file.body());
    } else if (uri.startsWith("file:")) {
      Path path = Path.of(URI.create(uri));
      if (Files.exists(path)) {
        return new Trained(path, Map.of("job", task.run().getExternalId()));
      }
    } else if (!uri.isEmpty()) {
      return new Failed(
          "%s names a model_uri that is none of file:, http: and https:".formatted(name()));
    }
    return folder
        .made()
        .<Progress>map(made -> new Trained(made, Map.of("job", task.run().getExternalId())))
        .orElseGet(
            () ->
                new Failed(
                    "%s says that it succeeded and left no model; expected a model_uri, or a model in %s"
                        .formatted(name(), folder.model())));
  }
}
