package io.leat.ingestion;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A registry as a service may meet it: an HTTP server that passes requests on to a real registry,
 * and can be made to answer 500, to answer late, or not to listen at all.
 */
final class FaultyRegistry implements AutoCloseable {
  /** Longer than Kafka Streams lets a transaction be open, 10 s. */
  static final Duration SLOW = Duration.ofSeconds(11);

  /** What is the matter. */
  enum Fault {
    NONE,
    DOWN,
    ANSWERS_500,
    SLOW
  }

  private final String target;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final int port;
  private HttpServer server;
  private volatile Fault fault = Fault.NONE;

  /**
   * @param target address of the registry that answers
   */
  FaultyRegistry(String target) {
    this.target = target;
    this.server = listen(0);
    this.port = server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  void is(Fault now) {
    if (fault == Fault.DOWN && now != Fault.DOWN) {
      server = listen(port);
    } else if (fault != Fault.DOWN && now == Fault.DOWN) {
      server.stop(0);
    }
    fault = now;
  }

  private HttpServer listen(int onPort) {
    try {
      HttpServer listening =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 0);
      listening.setExecutor(executor);
      listening.createContext("/", this::serve);
      listening.start();
      return listening;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    switch (fault) {
      case ANSWERS_500 -> answer(exchange, 500, "{\"error_code\":50001,\"message\":\"no store\"}");
      case SLOW ->
          CompletableFuture.delayedExecutor(SLOW.toMillis(), TimeUnit.MILLISECONDS, executor)
              .execute(() -> passOn(exchange, body));
      case NONE, DOWN -> passOn(exchange, body);
    }
  }

  private void passOn(HttpExchange exchange, byte[] body) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
              .method(
                  exchange.getRequestMethod(),
                  body.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(body));
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      if (type != null) {
        request.header("Content-Type", type);
      }
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      answer(exchange, response.statusCode(), response.body());
    } catch (IOException e) {
      exchange.close(); // the client, or the registry, went away
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.close();
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
