package io.leat.retraining.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.records.RetrainingRun;
import io.leat.retraining.worker.RunTrainer.Task;
import java.time.Duration;

/** What somebody else's trainer is told of a run: docs/reference/trainers.md lists it. */
final class RunRequest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SEED_DIGITS = 8;
  private static final int HEX = 16;

  private RunRequest() {}

  static ObjectNode of(Task task, Duration limit) {
    RetrainingRun run = task.run();
    ObjectNode request = JSON.createObjectNode();
    request.put("run_key", run.getRunKey());
    request.put("model", run.getModel());
    request
        .putObject("service")
        .put("name", task.service().name())
        .put("version", task.service().version())
        .put("definition", task.service().definition());
    var features = request.putArray("features");
    task.service().featureNames().forEach(features::add);
    ObjectNode snapshots = request.putObject("snapshots");
    run.getSnapshots().forEach(snapshots::put);
    request.put("training_set", run.getTrainingSet());
    request.put("label", "label");
    request.put("cause", run.getCause());
    request.put("as_of", String.valueOf(run.getEventTime()));
    ObjectNode split = request.putObject("split");
    task.set().testFrom().ifPresent(time -> split.put("test_from", time.toString()));
    request.put("seed", seed(run));
    request.put("score", task.model().score().toString());
    request.putObject("budget").put("seconds", limit.toSeconds());
    return request;
  }

  /** Of all that is random in a run: the same for the same run. */
  static long seed(RetrainingRun run) {
    return Long.parseLong(run.getRunKey().substring(0, SEED_DIGITS), HEX);
  }

  /** As text of a file or a body. */
  static byte[] bytes(ObjectNode node) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON is JSON", e);
    }
  }
}
