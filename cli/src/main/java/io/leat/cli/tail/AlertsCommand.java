package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.cli.PipelineOptions;
import io.leat.schemas.Topics;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists drift alerts. */
@Command(
    name = "alerts",
    mixinStandardHelpOptions = true,
    description =
        "Lists the drift alerts that are open, the worst first: those that are critical, then by how"
            + " many times its threshold the statistic was.")
public final class AlertsCommand implements Callable<Integer> {
  private static final String OPEN = "OPEN";

  @Option(names = "--all", description = "Those that were closed again too, after the open ones.")
  private boolean all;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "One a line for people, or as JSON objects. Default: text.")
  private Output output = Output.text;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    Decoded.read(
        options,
        Topics.DRIFT_ALERTS,
        spec.commandLine().getErr(),
        alert -> newest.put(alert.path("alert_id").asText(), alert));
    long open = newest.values().stream().filter(AlertsCommand::isOpen).count();
    List<JsonNode> shown =
        newest.values().stream()
            .filter(alert -> all || isOpen(alert))
            .sorted(
                Comparator.comparing(AlertsCommand::isOpen)
                    .thenComparing(alert -> alert.path("severity").asText().equals("CRITICAL"))
                    .thenComparingDouble(AlertsCommand::timesThreshold)
                    .reversed())
            .toList();
    PrintWriter out = spec.commandLine().getOut();
    if (output == Output.json) {
      shown.forEach(out::println);
    } else {
      shown.forEach(alert -> out.println(line(alert)));
      out.printf("%,d open, %,d closed.%n", open, newest.size() - open);
    }
    out.flush();
    return 0;
  }

  private static boolean isOpen(JsonNode alert) {
    return alert.path("state").asText().equals(OPEN);
  }

  private static double timesThreshold(JsonNode alert) {
    double times = alert.path("value").asDouble() / alert.path("threshold").asDouble();
    return Double.isFinite(times) ? times : Double.MAX_VALUE;
  }

  private static String line(JsonNode alert) {
    return "%-6s %-8s %s  %s  %s"
        .formatted(
            alert.path("state").asText(),
            alert.path("severity").asText(),
            alert.path("window_end").asText(),
            alert.path("monitor").asText(),
            alert.path("message").asText());
  }
}
