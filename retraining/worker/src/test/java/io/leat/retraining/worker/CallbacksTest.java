package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may say that a run has come further. */
class CallbacksTest {
  private static final String SECRET = "a shared secret";
  private static final String BODY = "{\"state\": \"succeeded\"}";

  private final AtomicInteger hints = new AtomicInteger();
  private Server server;

  @BeforeEach
  void start() {
    ServerBuilder builder = Server.builder().http(0);
    new Callbacks(
            List.of("another", SECRET), hints::incrementAndGet, InstantSource.fixed(Tasks.NOW))
        .configure(builder);
    server = builder.build();
    server.start().join();
  }

  @AfterEach
  void stop() {
    server.stop().join();
  }

  @Test
  void aCallThatIsSignedIsAHint() throws Exception {
    assertThat(call(SECRET, BODY, Tasks.NOW.getEpochSecond())).isEqualTo(200);
    assertThat(hints).hasValue(1);
  }

  @Test
  void aCallThatIsNotSignedOrNotOfTheseMinutesIsNone() throws Exception {
    assertThat(call("a guess", BODY, Tasks.NOW.getEpochSecond())).isEqualTo(403);
    assertThat(call(SECRET, "{\"state\": \"failed\"}", Tasks.NOW.getEpochSecond())).isEqualTo(403);
    assertThat(call(SECRET, BODY, Tasks.NOW.getEpochSecond() - 301)).isEqualTo(403);
    assertThat(hints).hasValue(0);
  }

  /** Signs one body, whatever is sent. */
  private int call(String secret, String sent, long time) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    mac.update(("id-1." + time + ".").getBytes(UTF_8));
    String signature =
        "v1," + Base64.getEncoder().encodeToString(mac.doFinal(BODY.getBytes(UTF_8)));
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:%d/trainers/run-1".formatted(server.activeLocalPort())))
                .header("X-MLflow-Delivery-Id", "id-1")
                .header("X-MLflow-Timestamp", String.valueOf(time))
                .header("X-MLflow-Signature", signature)
                .POST(HttpRequest.BodyPublishers.ofString(sent))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
