package io.leat.ingestion;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of Confluent's registry API as ingestion asks for, over HTTP on loopback: register, look
 * up, read by id, read the newest with what is held beside it. It can be told to be out of order
 * for a number of requests.
 */
final class FakeRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BY_ID = Pattern.compile("/schemas/ids/(-?\\d+)");
  private static final Pattern LOOK_UP = Pattern.compile("/subjects/([^/]+)");
  private static final Pattern LATEST = Pattern.compile("/subjects/([^/]+)/versions/latest");
  private static final Pattern REGISTER = Pattern.compile("/subjects/([^/]+)/versions");

  private final HttpServer server;
  private final List<Map<String, Object>> byId = new ArrayList<>();
  private final Map<String, List<String>> subjects = new HashMap<>();
  private final Map<String, Map<String, Object>> beside = new HashMap<>();
  private int outOfOrder;
  private int requests;

  FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  RegistryClient client() {
    return new RegistryClient("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Lets the next requests fail with status 500. */
  synchronized void outOfOrderFor(int requests) {
    outOfOrder = requests;
  }

  synchronized int requests() {
    return requests;
  }

  /** Holds something that is not Avro, as another producer may have registered it. */
  synchronized int hold(String type, String schema) {
    byId.add(Map.of("schemaType", type, "schema", schema));
    return byId.size();
  }

  /**
   * Holds metadata and rules beside the newest schema of a subject, as Confluent's registry does.
   */
  @SuppressWarnings("unchecked") // a JSON object is a map
  synchronized void holdBeside(String subject, String json) throws IOException {
    beside.put(subject, JSON.readValue(json, Map.class));
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    requests++;
    if (outOfOrder > 0) {
      outOfOrder--;
      send(exchange, 500, error(50001, "the store is starting"));
      return;
    }
    String path = exchange.getRequestURI().getPath();
    Matcher id = BY_ID.matcher(path);
    Matcher lookUp = LOOK_UP.matcher(path);
    Matcher latest = LATEST.matcher(path);
    Matcher register = REGISTER.matcher(path);
    if (id.matches()) {
      int number = Integer.parseInt(id.group(1));
      boolean known = number >= 1 && number <= byId.size();
      send(
          exchange,
          known ? 200 : 404,
          known ? byId.get(number - 1) : error(40403, "Schema " + number + " not found"));
    } else if (lookUp.matches()) {
      String schema = schema(exchange);
      int version = versions(lookUp.group(1)).indexOf(schema) + 1;
      send(
          exchange,
          version > 0 ? 200 : 404,
          version > 0
              ? Map.of(
                  "subject",
                  lookUp.group(1),
                  "version",
                  version,
                  "id",
                  idOf(schema),
                  "schema",
                  schema)
              : error(40403, "Schema not found"));
    } else if (latest.matches()) {
      List<String> versions = versions(latest.group(1));
      if (versions.isEmpty()) {
        send(exchange, 404, error(40401, "Subject not found"));
      } else {
        String schema = versions.get(versions.size() - 1);
        Map<String, Object> body = new HashMap<>(beside.getOrDefault(latest.group(1), Map.of()));
        body.putAll(
            Map.of(
                "subject",
                latest.group(1),
                "version",
                versions.size(),
                "id",
                idOf(schema),
                "schema",
                schema));
        send(exchange, 200, body);
      }
    } else if (register.matches()) {
      String schema = schema(exchange);
      List<String> versions = versions(register.group(1));
      if (!versions.contains(schema)) {
        versions.add(schema);
      }
      send(exchange, 200, Map.of("id", idOf(schema)));
    } else {
      send(exchange, 404, error(404, "no such path: " + path));
    }
  }

  private int idOf(String schema) {
    Map<String, Object> entry = Map.of("schema", schema);
    if (!byId.contains(entry)) {
      byId.add(entry);
    }
    return byId.indexOf(entry) + 1;
  }

  private List<String> versions(String subject) {
    return subjects.computeIfAbsent(subject, s -> new ArrayList<>());
  }

  private static String schema(HttpExchange exchange) throws IOException {
    return JSON.readTree(exchange.getRequestBody()).get("schema").asText();
  }

  private static Map<String, Object> error(int code, String message) {
    return Map.of("error_code", code, "message", message);
  }

  private static void send(HttpExchange exchange, int status, Map<String, Object> body)
      throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
