package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * PagerDuty, by its Events API v2: an episode is an incident, whose {@code dedup_key} is its id.
 */
final class PagerDutyChannel extends HttpChannel {
  /** PagerDuty's own limits. */
  private static final int LONGEST_KEY = 255;

  private static final int LONGEST_SUMMARY = 1024;

  private final URI url;
  private final String routingKey;
  private final String pipeline;

  PagerDutyChannel(URI url, String routingKey, String pipeline, InstantSource clock) {
    super(clock);
    this.url = url;
    this.routingKey = routingKey;
    this.pipeline = pipeline;
  }

  @Override
  HttpRequest request(Notification notification, NotificationStage stage, Instant now) {
    ObjectNode event =
        Texts.object()
            .put("routing_key", routingKey)
            .put("event_action", action(stage))
            .put("dedup_key", key(notification.getOpened().getAlertId()));
    if (stage == NotificationStage.OPENED || stage == NotificationStage.RAISED) {
      DriftAlert alert = Stages.latestOpen(notification);
      String summary = alert.getMessage();
      ObjectNode payload =
          event
              .put("client", "Leat")
              .putObject("payload")
              .put(
                  "summary",
                  summary.length() > LONGEST_SUMMARY
                      ? summary.substring(0, LONGEST_SUMMARY)
                      : summary)
              .put("source", pipeline)
              .put(
                  "severity",
                  Stages.severity(notification) == Severity.CRITICAL ? "critical" : "warning")
              .put("timestamp", notification.getOpenedAt().toString())
              .put("component", alert.getModel())
              .put("group", alert.getMonitor())
              .put("class", alert.getKind());
      payload.set("custom_details", Texts.annotations(notification));
    }
    return HttpRequest.newBuilder(url)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(Texts.bytes(event)))
        .build();
  }

  private static String action(NotificationStage stage) {
    return switch (stage) {
      case OPENED, RAISED -> "trigger";
      case ACKNOWLEDGED -> "acknowledge";
      case CLOSED -> "resolve";
    };
  }

  private static String key(String episode) {
    if (episode.length() <= LONGEST_KEY) {
      return episode;
    }
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(episode.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
