package io.leat.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceServerTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final PrometheusMeterRegistry metrics = ServiceServer.metrics("shop", "asking");
  private final Readiness readiness = new Readiness();

  @Test
  void tellsWhatItWaitsForAndAnswersNobodyOnceItIsClosed() throws Exception {
    readiness.add("registry", () -> Optional.of("it does not answer"));
    ServiceServer server = start(0);
    int port = server.port();

    assertThat(get(port, "/health/live").statusCode()).isEqualTo(200);
    assertThat(get(port, "/health/ready").statusCode()).isEqualTo(503);
    assertThat(get(port, "/health/ready").body()).isEqualTo("registry: it does not answer\n");
    assertThat(get(port, "/metrics").body())
        .contains("application=\"asking\"", "pipeline=\"shop\"");
    assertThatThrownBy(() -> start(port))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot listen on 127.0.0.1:%d: it is in use; stop what uses it, or give another with --http-port.",
            port);

    server.close();

    assertThatThrownBy(() -> get(port, "/health/live")).isInstanceOf(ConnectException.class);
    start(port).close();
  }

  private ServiceServer start(int port) {
    return ServiceServer.start("127.0.0.1", port, metrics, readiness, doors -> {});
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
