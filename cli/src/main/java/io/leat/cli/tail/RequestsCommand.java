package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.cli.PipelineOptions;
import io.leat.schemas.Topics;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists retraining requests. */
@Command(
    name = "requests",
    mixinStandardHelpOptions = true,
    description =
        "Lists the retraining requests, the oldest first, each with its state: ASKED, or that of the"
            + " newest run for it.")
public final class RequestsCommand implements Callable<Integer> {
  private static final String STATE = "state";

  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "One a line for people, or as JSON objects. Default: text.")
  private Output output = Output.text;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Map<String, ObjectNode> requests = new LinkedHashMap<>();
    Decoded.read(
        options,
        Topics.RETRAINING_REQUESTS,
        err,
        request ->
            requests.put(
                request.path("request_id").asText(),
                ((ObjectNode) request.deepCopy()).put(STATE, "ASKED")));
    Decoded.read(
        options,
        Topics.RETRAINING_RUNS,
        err,
        run -> {
          ObjectNode request = requests.get(run.path("request_id").asText());
          if (request != null) {
            request.set(STATE, run.path(STATE));
            request.set("run", run);
          }
        });
    PrintWriter out = spec.commandLine().getOut();
    requests
        .values()
        .forEach(request -> out.println(output == Output.json ? request : line(request)));
    if (output == Output.text) {
      out.printf("%,d request%s.%n", requests.size(), requests.size() == 1 ? "" : "s");
    }
    out.flush();
    return 0;
  }

  private static String line(JsonNode request) {
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
