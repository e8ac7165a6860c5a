package io.leat.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Webhooks of an MLflow server. Each is signed with a secret that both have, over its id, its time
 * and its body; it is a hint and no more: what has changed is read from the server. Thread-safe.
 */
final class Webhook {
  static final String PATH = "/webhooks/mlflow";

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final String ALGORITHM = "HmacSHA256";
  private static final String VERSION = "v1,";
  private static final int LONGEST_ID = 100;

  private final byte[] secret;
  private final Runnable hint;
  private final InstantSource clock;

  /** Ids that were taken, and until when they would be taken again. */
  private final Map<String, Instant> seen = new HashMap<>();

  Webhook(String secret, Runnable hint, InstantSource clock) {
    this.secret = secret.getBytes(UTF_8);
    this.hint = hint;
    this.clock = clock;
  }

  void configure(ServerBuilder server) {
    server.route().post(PATH).build((context, request) -> serve(request));
  }

  private HttpResponse serve(HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApply(
                whole -> {
                  try {
                    if (take(request.headers(), whole.content().array())) {
                      hint.run();
                    }
                    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{}");
                  } catch (Refusal e) {
                    return RestApi.response(e);
                  }
                }));
  }

  /**
   * Whether a delivery is genuine and new; one that was taken already is no harm.
   *
   * @throws Refusal if it is not signed with the secret, or not of these minutes
   */
  boolean take(RequestHeaders headers, byte[] body) throws Refusal {
    String id = headers.get("x-mlflow-delivery-id", "");
    String time = headers.get("x-mlflow-timestamp", "");
    String signature = headers.get("x-mlflow-signature", "");
    if (id.isEmpty() || id.length() > LONGEST_ID || !time.matches("\\d{1,12}")) {
      throw refusal("The delivery has no id or no time; expected a webhook of MLflow's.");
    }
    byte[] expected = (VERSION + signature(id + "." + time + ".", body)).getBytes(UTF_8);
    if (!MessageDigest.isEqual(expected, signature.getBytes(UTF_8))) {
      throw refusal("The delivery is not signed with the secret of this server.");
    }
    Instant sent = Instant.ofEpochSecond(Long.parseLong(time));
    Instant now = clock.instant();
    if (Duration.between(sent, now).abs().compareTo(WINDOW) > 0) {
      throw refusal("The delivery is more than %d s from this clock.", WINDOW.toSeconds());
    }
    return isNew(id, sent.plus(WINDOW), now);
  }

  private synchronized boolean isNew(String id, Instant until, Instant now) {
    seen.values().removeIf(now::isAfter);
    return seen.put(id, until) == null;
  }

  private String signature(String before, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      mac.update(before.getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  private static Refusal refusal(String sentence, Object... arguments) {
    return new Refusal(HttpStatus.FORBIDDEN, "PERMISSION_DENIED", sentence, arguments);
  }
}
