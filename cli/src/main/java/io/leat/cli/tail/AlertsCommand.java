package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.schemas.Topics;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists drift alerts. */
@Command(
    name = "alerts",
    mixinStandardHelpOptions = true,
    description =
        "Lists the drift alerts that are open, the worst first: those that are critical, then by how"
            + " many times its threshold the statistic was.")
public final class AlertsCommand extends ListingCommand {
  private static final String OPEN = "OPEN";

  @Option(names = "--all", description = "Those that were closed again too, after the open ones.")
  private boolean all;

  private final Map<String, JsonNode> newest = new LinkedHashMap<>();

  @Override
  List<JsonNode> find() {
    read(Topics.DRIFT_ALERTS, alert -> newest.put(alert.path("alert_id").asText(), alert));
    return newest.values().stream()
        .filter(alert -> all || isOpen(alert))
        .sorted(
            Comparator.comparing(AlertsCommand::isOpen)
                .thenComparing(alert -> alert.path("severity").asText().equals("CRITICAL"))
                .thenComparingDouble(AlertsCommand::timesThreshold)
                .reversed())
        .toList();
  }

  @Override
  String summary() {
    long open = newest.values().stream().filter(AlertsCommand::isOpen).count();
    return "%,d open, %,d closed.".formatted(open, newest.size() - open);
  }

  private static boolean isOpen(JsonNode alert) {
    return alert.path("state").asText().equals(OPEN);
  }

  private static double timesThreshold(JsonNode alert) {
    double times = Math.abs(alert.path("value").asDouble() / alert.path("threshold").asDouble());
    return Double.isFinite(times) ? times : Double.MAX_VALUE;
  }

  @Override
  String line(JsonNode alert) {
    return "%-6s %-8s %s  %s  %s"
        .formatted(
            alert.path("state").asText(),
            alert.path("severity").asText(),
            alert.path("window_end").asText(),
            alert.path("monitor").asText(),
            alert.path("message").asText());
  }
}
