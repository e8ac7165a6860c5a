package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A webhook in the shape of Alertmanager's (version 4), one alert a request, so that what takes
 * those takes these. With a secret it is signed as Standard Webhooks says: {@code webhook-id} is
 * the same each time that the same stage of an episode is told.
 */
final class WebhookChannel extends HttpChannel {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String SECRET_PREFIX = "whsec_";
  private static final String OPEN_END = "0001-01-01T00:00:00Z"; // as Alertmanager says it

  private final URI url;
  private final Optional<SecretKeySpec> secret;
  private final String receiver;
  private final String pipeline;

  /**
   * @param secret base64 behind {@code whsec_}, as Standard Webhooks writes them, or any text
   */
  WebhookChannel(
      URI url, Optional<String> secret, String receiver, String pipeline, InstantSource clock) {
    super(clock);
    this.url = url;
    this.secret = secret.map(WebhookChannel::key);
    this.receiver = receiver;
    this.pipeline = pipeline;
  }

  private static SecretKeySpec key(String secret) {
    if (secret.startsWith(SECRET_PREFIX)) {
      try {
        return new SecretKeySpec(
            Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length())), ALGORITHM);
      } catch (IllegalArgumentException e) {
        // no base64: the text it is
      }
    }
    return new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM);
  }

  @Override
  HttpRequest request(Notification notification, NotificationStage stage, Instant now) {
    byte[] body = Texts.bytes(body(notification, stage));
    String id = notification.getOpened().getAlertId() + "-" + stage.name().toLowerCase(Locale.ROOT);
    String time = Long.toString(now.getEpochSecond());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", time)
            .POST(BodyPublishers.ofByteArray(body));
    secret.ifPresent(
        key -> request.header("webhook-signature", "v1," + signature(key, id, time, body)));
    return request.build();
  }

  private ObjectNode body(Notification notification, NotificationStage stage) {
    boolean closed = stage == NotificationStage.CLOSED;
    String status = closed ? "resolved" : "firing";
    String episode = notification.getOpened().getAlertId();
    ObjectNode labels = Texts.labels(notification, pipeline, Stages.severity(notification));
    ObjectNode annotations = Texts.annotations(notification);
    ObjectNode body =
        Texts.object()
            .put("version", "4")
            .put("groupKey", episode)
            .put("truncatedAlerts", 0)
            .put("status", status)
            .put("receiver", receiver)
            .put("externalURL", "");
    body.putObject("groupLabels").put("episode", episode);
    body.set("commonLabels", labels);
    body.set("commonAnnotations", annotations);
    ObjectNode alert =
        body.putArray("alerts")
            .addObject()
            .put("status", status)
            .put("startsAt", notification.getOpenedAt().toString())
            .put(
                "endsAt",
                closed
                    ? Stages.end(notification).map(Instant::toString).orElse(OPEN_END)
                    : OPEN_END)
            .put("generatorURL", "")
            .put("fingerprint", episode);
    alert.set("labels", labels);
    alert.set("annotations", annotations);
    return body;
  }

  private static String signature(SecretKeySpec key, String id, String time, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((id + "." + time + ".").getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
