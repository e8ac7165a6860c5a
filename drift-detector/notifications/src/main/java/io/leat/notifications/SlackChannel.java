package io.leat.notifications;

import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.InstantSource;

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
    return "*%s*\n%s"
        .formatted(
            escaped(Texts.title(notification, stage)),
            escaped(Texts.message(notification, stage, pipeline)));
  }

  /** Slack's three characters that begin something. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
