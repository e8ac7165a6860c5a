package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.schemas.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Lists retraining requests. */
@Command(
    name = "requests",
    mixinStandardHelpOptions = true,
    description =
        "Lists the retraining requests, the oldest first, each with its state: ASKED, LAPSED, or that"
            + " of the newest run for it.")
public final class RequestsCommand extends ListingCommand {
  private static final String STATE = "state";

  private final Map<String, ObjectNode> requests = new LinkedHashMap<>();

  @Override
  List<ObjectNode> find() {
    read(
        Topics.RETRAINING_REQUESTS,
        request ->
            requests.put(
                request.path("request_id").asText(),
                ((ObjectNode) request.deepCopy()).put(STATE, request.path(STATE).asText("ASKED"))));
    read(
        Topics.RETRAINING_RUNS,
        run -> {
          ObjectNode request = requests.get(run.path("request_id").asText());
          if (request != null) {
            request.set(STATE, run.path(STATE));
            request.set("run", run);
          }
        });
    return List.copyOf(requests.values());
  }

  @Override
  String summary() {
    return "%,d request%s.".formatted(requests.size(), requests.size() == 1 ? "" : "s");
  }

  @Override
  String line(JsonNode request) {
    return "%-9s %s  %s (version %s): %s%s"
        .formatted(
            request.path(STATE).asText(),
            request.path("event_time").asText(),
            request.path("model").asText(),
            request.path("model_version").asText(),
            request.path("reason").asText(),
            request.has("run") ? "  [" + request.path("run").path("message").asText() + "]" : "");
  }
}
