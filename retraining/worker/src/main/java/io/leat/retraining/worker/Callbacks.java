package io.leat.retraining.worker;

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
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What trainers elsewhere call back: a hint that a run may have come further, and no more. The
 * trainer is asked then, so that one that is lost, late or repeated does no harm. Each is signed
 * over its id, its time and its body, as MLflow signs its webhooks. Thread-safe.
 */
final class Callbacks {
  static final String PATH = "/trainers/";

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final String ALGORITHM = "HmacSHA256";

  private final List<byte[]> secrets;
  private final Runnable hint;
  private final InstantSource clock;

  /**
   * @param secrets any of which signs
   */
  Callbacks(List<String> secrets, Runnable hint, InstantSource clock) {
    this.secrets = secrets.stream().map(secret -> secret.getBytes(UTF_8)).toList();
    this.hint = hint;
    this.clock = clock;
  }

  void configure(ServerBuilder server) {
    server.route().post(PATH + "{run}").build((context, request) -> serve(request));
  }

  private HttpResponse serve(HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApply(
                whole -> {
                  if (!isGenuine(whole.headers(), whole.content().array())) {
                    return HttpResponse.of(
                        HttpStatus.FORBIDDEN,
                        MediaType.PLAIN_TEXT_UTF_8,
                        "The call is not signed with the policy's secret, or not of these minutes.");
                  }
                  hint.run();
                  return HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{}");
                }));
  }

  private boolean isGenuine(RequestHeaders headers, byte[] body) {
    String id = headers.get("x-mlflow-delivery-id", "");
    String time = headers.get("x-mlflow-timestamp", "");
    byte[] signature = headers.get("x-mlflow-signature", "").getBytes(UTF_8);
    if (id.isEmpty() || !time.matches("\\d{1,12}")) {
      return false;
    }
    Instant sent = Instant.ofEpochSecond(Long.parseLong(time));
    if (Duration.between(sent, clock.instant()).abs().compareTo(WINDOW) > 0) {
      return false;
    }
    boolean genuine = false;
    for (byte[] secret : secrets) {
      genuine |=
          MessageDigest.isEqual(
              sign(secret, id + "." + time + ".", body).getBytes(UTF_8), signature);
    }
    return genuine;
  }

  private static String sign(byte[] secret, String before, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      mac.update(before.getBytes(UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
