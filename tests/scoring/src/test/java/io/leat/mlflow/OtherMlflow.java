package io.leat.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An MLflow server with one registered model whose champion is a directory, as 3.17 was seen to
 * answer: alias, address of the files, list and files.
 */
final class OtherMlflow implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts";
  private static final String ROOT = "0/models/m-1/artifacts";

  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile String version = "";
  private volatile Path folder = Path.of("");

  OtherMlflow() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/2.0/mlflow/registered-models/alias", this::alias);
    server.createContext(
        "/api/2.0/mlflow/model-versions/get-download-uri",
        exchange ->
            answer(
                exchange,
                200,
                JSON.createObjectNode().put("artifact_uri", "mlflow-artifacts:/" + ROOT)));
    server.createContext(FILES, this::files);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** How often the alias was asked for. */
  int asked() {
    return asked.get();
  }

  /** Makes a directory the champion. */
  void champion(String number, Path saved) {
    folder = saved;
    version = number;
  }

  private void alias(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    ObjectNode answer = JSON.createObjectNode();
    if (!exchange.getRequestURI().getQuery().equals("name=price&alias=champion")) {
      answer.put("error_code", "RESOURCE_DOES_NOT_EXIST").put("message", "not found");
      answer(exchange, 404, answer);
      return;
    }
    answer.putObject("model_version").put("name", "price").put("version", version);
    answer(exchange, 200, answer);
  }

  private void files(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    if (query != null) {
      ArrayNode files = JSON.createArrayNode();
      List<Path> found;
      try (Stream<Path> all = Files.list(folder.resolve(rest(query.substring("path=".length()))))) {
        found = all.sorted().toList();
      }
      for (Path file : found) {
        files
            .addObject()
            .put("path", file.getFileName().toString())
            .put("is_dir", Files.isDirectory(file));
      }
      answer(exchange, 200, JSON.createObjectNode().set("files", files));
      return;
    }
    String path = exchange.getRequestURI().getPath().substring(FILES.length() + 1);
    send(exchange, 200, Files.readAllBytes(folder.resolve(rest(path))));
  }

  private static String rest(String path) {
    return path.substring(ROOT.length()).replaceFirst("^/", "");
  }

  private static void answer(HttpExchange exchange, int status, ObjectNode body)
      throws IOException {
    send(exchange, status, body.toString().getBytes(UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
