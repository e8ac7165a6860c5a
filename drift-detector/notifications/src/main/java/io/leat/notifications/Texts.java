package io.leat.notifications;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.records.AlertControl;
import io.leat.records.DriftAlert;
import io.leat.records.DriftedStream;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What episodes are called, and said to be, where people read of them. */
final class Texts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STREAMS = 5;

  private Texts() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static byte[] bytes(JsonNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
  }

  static String lower(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  /** As Prometheus' alerts are named: LeatDrift, LeatDataQuality. */
  static String alertName(DriftAlert alert) {
    StringBuilder name = new StringBuilder("Leat");
    for (String word : alert.getKind().split("_", -1)) {
      name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return name.toString();
  }

  /**
   * What tells an episode from others: the same at each stage but for the severity.
   *
   * @param severity that it is told with
   */
  static ObjectNode labels(Notification notification, String pipeline, Severity severity) {
    DriftAlert opened = notification.getOpened();
    ObjectNode labels =
        object()
            .put("alertname", alertName(opened))
            .put("pipeline", pipeline)
            .put("model", opened.getModel())
            .put("monitor", opened.getMonitor())
            .put("kind", opened.getKind())
            .put("severity", lower(severity))
            .put("episode", opened.getAlertId());
    if (!opened.getFeature().isEmpty()) {
      labels.put("feature", opened.getFeature());
    }
    if (opened.getSegment() != null) {
      labels.put("segment", opened.getSegment());
    }
    return labels;
  }

  /** What is said of an episode; it may change. */
  static ObjectNode annotations(Notification notification) {
    DriftAlert latest = Stages.latest(notification);
    DriftAlert open = Stages.latestOpen(notification);
    ObjectNode annotations =
        object()
            .put("summary", latest.getMessage())
            .put("window_start", latest.getWindowStart().toString())
            .put("window_end", latest.getWindowEnd().toString());
    if (!open.getStreams().isEmpty()) {
      annotations.put("description", streams(open));
    }
    evidence(open).ifPresent(odds -> annotations.put("evidence", odds));
    if (open.getGuarantee() != null) {
      annotations.put("guarantee", open.getGuarantee());
    }
    AlertControl acknowledged = notification.getAcknowledged();
    if (acknowledged != null) {
      annotations.put("acknowledged_by", acknowledged.getActor());
    }
    return annotations;
  }

  /** What a stage of an episode is, in a line: {@code opened: drift of price, critical}. */
  static String title(Notification notification, NotificationStage stage) {
    DriftAlert alert = Stages.latest(notification);
    return "%s: %s of %s, %s"
        .formatted(
            stage.name().toLowerCase(Locale.ROOT),
            alert.getKind().replace('_', ' '),
            alert.getModel(),
            lower(Stages.severity(notification)));
  }

  /** The same for people, in lines of their own; names the episode in the last. */
  static String message(Notification notification, NotificationStage stage, String pipeline) {
    DriftAlert alert = Stages.latest(notification);
    StringBuilder text = new StringBuilder();
    AlertControl acknowledged = notification.getAcknowledged();
    if (stage == NotificationStage.ACKNOWLEDGED && acknowledged != null) {
      text.append("by ").append(acknowledged.getActor()).append('\n');
    }
    text.append(alert.getMessage()).append('\n');
    if (stage == NotificationStage.OPENED || stage == NotificationStage.RAISED) {
      evidence(alert).ifPresent(odds -> text.append("Evidence ").append(odds).append('\n'));
      if (!alert.getStreams().isEmpty()) {
        text.append(streams(alert)).append('\n');
      }
    }
    return text.append(
            "pipeline %s, monitor %s, episode %s"
                .formatted(pipeline, alert.getMonitor(), alert.getAlertId()))
        .toString();
  }

  /** The evidence as odds; empty where thresholds decide. */
  static Optional<String> evidence(DriftAlert alert) {
    return Optional.ofNullable(alert.getEvidence())
        .map(
            odds ->
                alert.getAlarmAt() == null
                    ? "%s to 1".formatted(number(odds))
                    : "%s to 1; alarms at %s".formatted(number(odds), number(alert.getAlarmAt())));
  }

  /** The streams with most evidence, one a line. */
  static String streams(DriftAlert alert) {
    String named =
        alert.getStreams().stream()
            .limit(STREAMS)
            .map(Texts::stream)
            .collect(Collectors.joining("\n"));
    int more = alert.getStreams().size() - STREAMS;
    return more > 0 ? named + "\nand %d more".formatted(more) : named;
  }

  private static String stream(DriftedStream stream) {
    return "%s%s: %s %s (threshold %s), evidence %s to 1 (%s)"
        .formatted(
            stream.getFeature(),
            stream.getSegment() == null ? "" : "[" + stream.getSegment() + "]",
            stream.getMetric(),
            number(stream.getValue()),
            number(stream.getThreshold()),
            number(stream.getEvidence()),
            stream.getGuarantee());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
