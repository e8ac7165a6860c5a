package io.leat.notifications;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Alertmanager, by its API v2. An alert is what its labels are, the severity among them: of an
 * episode that was raised the alert of before is resolved in the request that fires the next. One
 * that fires ends by itself in {@link #FIRES}, unless it is told again.
 */
final class AlertmanagerChannel extends HttpChannel {
  /** Four times as long as until it is told again. */
  static final Duration FIRES = Duration.ofMinutes(4);

  private final URI url;
  private final String pipeline;

  AlertmanagerChannel(URI url, String pipeline, InstantSource clock) {
    super(clock);
    this.url = URI.create(url.toString().replaceAll("/+$", "") + "/api/v2/alerts");
    this.pipeline = pipeline;
  }

  @Override
  public boolean forgets() {
    return true;
  }

  @Override
  public boolean takes(NotificationStage stage) {
    return stage != NotificationStage.ACKNOWLEDGED; // it knows no such thing
  }

  @Override
  HttpRequest request(Notification notification, NotificationStage stage, Instant now) {
    ArrayNode alerts = JsonNodeFactory.instance.arrayNode();
    Instant raised = notification.getRaisedAt();
    Severity before = notification.getOpened().getSeverity();
    Instant begun = notification.getOpenedAt();
    if (raised != null && before != Stages.severity(notification)) {
      Instant end = raised.isAfter(begun) ? raised : begun.plusMillis(1);
      add(alerts, notification, before, begun, end);
    }
    boolean fires = stage != NotificationStage.CLOSED;
    Instant end = fires ? now.plus(FIRES) : Stages.end(notification).orElse(now);
    add(alerts, notification, Stages.severity(notification), begun, end);
    return HttpRequest.newBuilder(url)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(Texts.bytes(alerts)))
        .build();
  }

  private void add(
      ArrayNode alerts, Notification notification, Severity severity, Instant begun, Instant end) {
    alerts
        .addObject()
        .put("startsAt", begun.toString())
        .put("endsAt", end.toString())
        .<ObjectNode>set("labels", Texts.labels(notification, pipeline, severity))
        .set("annotations", Texts.annotations(notification));
  }
}
