package io.leat.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.ApiKeys;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "Cannot listen on 127.0.0.1:%d: it is in use; stop what uses it, or give another with"
                + " --http-port.",
            port);

    server.close();

    assertThatThrownBy(() -> get(port, "/health/live")).isInstanceOf(ConnectException.class);
    start(port).close();
  }

  @Test
  void metricsAreForThoseWithAKeyAndHealthForEverybody(@TempDir Path folder) throws Exception {
    Path keys =
        Files.writeString(
            folder.resolve("keys"),
            "till:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    Access access = new Access(Optional.of(ApiKeys.read(keys)), Optional.empty(), false);

    try (ServiceServer server =
        ServiceServer.start(access, "127.0.0.1", 0, metrics, readiness, routes -> {})) {
      assertThat(get(server.port(), "/metrics").statusCode()).isEqualTo(401);
      assertThat(get(server.port(), "/metrics", "X-API-Key", "guess").statusCode()).isEqualTo(403);
      assertThat(get(server.port(), "/metrics", "X-API-Key", "secret").statusCode()).isEqualTo(200);
      assertThat(get(server.port(), "/health/ready").statusCode()).isEqualTo(200);
    }
  }

  private ServiceServer start(int port) {
    return ServiceServer.start(Access.LOCAL, "127.0.0.1", port, metrics, readiness, routes -> {});
  }

  private static HttpResponse<String> get(int port, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
