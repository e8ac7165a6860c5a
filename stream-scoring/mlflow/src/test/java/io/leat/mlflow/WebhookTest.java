package io.leat.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The signature is one that MLflow 3.17 made ({@code mlflow.webhooks.delivery}). */
class WebhookTest {
  private static final String SECRET = "shared secret";
  private static final String ID = "0b8f2ba8-8a2b-4a5e-9f6d-0d8f6f2f7f11";
  private static final String TIME = "1795942800";
  private static final String SIGNATURE = "v1,/QLRpkCQQS88ab+Dsy5k4JC0i+sjhJpNh7P+9nNOgw0=";
  private static final byte[] BODY =
      "{\"entity\": \"model_version_alias\", \"action\": \"created\", \"timestamp\": \"2026-11-29T09:00:00+00:00\", \"data\": {\"name\": \"fraud\", \"alias\": \"champion\", \"version\": \"7\"}}"
          .getBytes(UTF_8);

  private Instant now = Instant.ofEpochSecond(Long.parseLong(TIME)).plusSeconds(2);
  private final Webhook webhook = new Webhook(SECRET, () -> {}, () -> now);

  @Test
  void aDeliveryOfMlflowsIsTakenOnce() throws Refusal {
    assertThat(webhook.take(headers(ID, TIME, SIGNATURE), BODY)).isTrue();
    assertThat(webhook.take(headers(ID, TIME, SIGNATURE), BODY)).isFalse();
    now = now.plus(Duration.ofMinutes(4));
    assertThat(webhook.take(headers(ID, TIME, SIGNATURE), BODY)).isFalse();
  }

  @Test
  void whatIsNotSignedSoIsRefused() {
    byte[] other = BODY.clone();
    other[other.length - 3] = '8';
    assertRefused(headers(ID, TIME, SIGNATURE), other);
    assertRefused(headers(ID + "0", TIME, SIGNATURE), BODY);
    assertRefused(headers(ID, "1795942801", SIGNATURE), BODY);
    assertRefused(headers(ID, TIME, SIGNATURE.substring(1)), BODY);
    assertRefused(headers(ID, TIME, ""), BODY);
    assertRefused(headers("", TIME, SIGNATURE), BODY);
    assertRefused(headers(ID, "soon", SIGNATURE), BODY);
    assertThatThrownBy(
            () ->
                new Webhook("another", () -> {}, () -> now)
                    .take(headers(ID, TIME, SIGNATURE), BODY))
        .isInstanceOf(Refusal.class);
  }

  @Test
  void whatIsOfAnotherTimeIsRefused() {
    now = now.plus(Duration.ofMinutes(5));
    assertRefused(headers(ID, TIME, SIGNATURE), BODY);
    now = now.minus(Duration.ofMinutes(11));
    assertRefused(headers(ID, TIME, SIGNATURE), BODY);
  }

  private void assertRefused(RequestHeaders headers, byte[] body) {
    assertThatThrownBy(() -> webhook.take(headers, body)).isInstanceOf(Refusal.class);
  }

  private static RequestHeaders headers(String id, String time, String signature) {
    return RequestHeaders.builder(HttpMethod.POST, Webhook.PATH)
        .add("x-mlflow-delivery-id", id)
        .add("x-mlflow-timestamp", time)
        .add("x-mlflow-signature", signature)
        .build();
  }
}
