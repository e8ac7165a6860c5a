package io.leat.notifications;

import io.leat.records.AlertControl;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * An incoming webhook of Slack. It knows no keys: told twice, it says it twice, with the episode's
 * id in both.
 */
final class SlackChannel extends HttpChannel {
  private final URI url;
  private final String pipeline;

  SlackChannel(URI url, String pipeline, InstantSource clock) {
    super(clock);
    this.url = url;
    this.pipeline = pipeline;
  }

  @Override
  HttpRequest request(Notification notification, NotificationStage stage, Instant now) {
    byte[] body = Texts.bytes(Texts.object().put("text", text(notification, stage)));
    return HttpRequest.newBuilder(url)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  private String text(Notification notification, NotificationStage stage) {
    DriftAlert alert = Stages.latest(notification);
    String state = stage.name().toLowerCase(Locale.ROOT);
    StringBuilder text =
        new StringBuilder()
            .append(
                "*%s: %s of %s, %s*\n"
                    .formatted(
                        escaped(state),
                        escaped(alert.getKind().replace('_', ' ')),
                        escaped(alert.getModel()),
                        Texts.lower(Stages.severity(notification))));
    AlertControl acknowledged = notification.getAcknowledged();
    if (stage == NotificationStage.ACKNOWLEDGED && acknowledged != null) {
      text.append("by ").append(escaped(acknowledged.getActor())).append('\n');
    }
    text.append(escaped(alert.getMessage())).append('\n');
    if (stage == NotificationStage.OPENED || stage == NotificationStage.RAISED) {
      Texts.evidence(alert).ifPresent(odds -> text.append("Evidence ").append(odds).append('\n'));
      if (!alert.getStreams().isEmpty()) {
        text.append(escaped(Texts.streams(alert))).append('\n');
      }
    }
    return text.append(
            "pipeline %s, monitor %s, episode %s"
                .formatted(
                    escaped(pipeline), escaped(alert.getMonitor()), escaped(alert.getAlertId())))
        .toString();
  }

  /** Slack's three characters that begin something. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
