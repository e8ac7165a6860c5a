package io.leat.models.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Objects of one bucket over HTTP, with the answers of S3 that a store can meet. Of a signature
 * only the key's name is looked at: interop/artifacts asks a server that looks at all of it.
 */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "models";
  static final String KEY = "somebody";
  static final String SECRET = "a-key-that-nobody-may-see";

  private static final String NO_BODY = "";

  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile @Nullable Answer always;

  private record Answer(int status, String code, String rest) {}

  S3Server() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on every request is answered so. */
  void refuse(int status, String code, String rest) {
    always = new Answer(status, code, rest);
  }

  /** Methods and paths, in the order in which they came. */
  List<String> requests() {
    return requests;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization =
          Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), "");
      Optional<Answer> refusal = Optional.ofNullable(always);
      if (refusal.isPresent()) {
        error(exchange, refusal.get());
      } else if (!authorization.contains("Credential=" + KEY + "/")) {
        error(exchange, new Answer(403, "InvalidAccessKeyId", NO_BODY));
      } else if (!path.startsWith("/" + BUCKET + "/")) {
        error(exchange, new Answer(404, "NoSuchBucket", NO_BODY));
      } else {
        object(exchange, path, body);
      }
    }
  }

  private void object(HttpExchange exchange, String path, byte[] body) throws IOException {
    byte[] object = objects.get(path);
    switch (exchange.getRequestMethod()) {
      case "PUT" -> {
        objects.put(path, body);
        exchange.getResponseHeaders().add("ETag", "\"x\"");
        exchange.sendResponseHeaders(200, -1);
      }
      case "DELETE" -> {
        objects.remove(path);
        exchange.sendResponseHeaders(204, -1);
      }
      case "HEAD", "GET" -> {
        if (object == null) {
          error(exchange, new Answer(404, "NoSuchKey", NO_BODY));
        } else if (exchange.getRequestMethod().equals("HEAD")) {
          exchange.getResponseHeaders().add("Content-Length", Integer.toString(object.length));
          exchange.sendResponseHeaders(200, -1);
        } else if (object.length == 0) {
          exchange.sendResponseHeaders(200, -1);
        } else {
          exchange.sendResponseHeaders(200, object.length);
          exchange.getResponseBody().write(object);
        }
      }
      default -> error(exchange, new Answer(405, "MethodNotAllowed", NO_BODY));
    }
  }

  private static void error(HttpExchange exchange, Answer answer) throws IOException {
    byte[] xml =
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>It is so.</Message>%s</Error>"
            .formatted(answer.code(), answer.rest())
            .getBytes(UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.getResponseHeaders().add("Content-Type", "application/xml");
    exchange.sendResponseHeaders(answer.status(), head ? -1 : xml.length);
    if (!head) {
      exchange.getResponseBody().write(xml);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
