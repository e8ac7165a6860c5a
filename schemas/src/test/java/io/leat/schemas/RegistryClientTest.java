package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
  @Test
  void credentialsInTheAddressAreSentAsBasicAuthentication() throws IOException {
    List<String> headers = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          headers.add(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] answer = "{\"schema\": \"\\\"string\\\"\"}".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      RegistryClient client =
          new RegistryClient(
              "http://bob:open%3Asesame+1@localhost:" + server.getAddress().getPort());

      assertThat(client.schema(1)).hasValue(Schema.create(Schema.Type.STRING));
    } finally {
      server.stop(0);
    }

    assertThat(headers)
        .containsExactly(
            "Basic " + Base64.getEncoder().encodeToString("bob:open:sesame+1".getBytes(UTF_8)));
  }

  @Test
  void credentialsInTheAddressAreInNoMessage() throws IOException {
    String free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = "localhost:" + socket.getLocalPort();
    }
    RegistryClient client = new RegistryClient("http://bob:opensesame@" + free);

    assertThatThrownBy(() -> client.schema(1))
        .isInstanceOf(RegistryException.class)
        .hasMessageStartingWith("The schema registry at http://***@%s did not answer", free)
        .extracting(Throwables::getStackTrace)
        .asString()
        .doesNotContain("opensesame");
  }
}
