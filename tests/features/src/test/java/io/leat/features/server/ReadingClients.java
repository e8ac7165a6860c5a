package io.leat.features.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.features.server.CommittedStates.Key;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Clients that read all the time, each from a server of its own, and from the other one only from
 * when its connection broke until its own server is healthy again. Thread-safe.
 */
final class ReadingClients implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(15);
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final int ROWS = 4;
  private static final JsonMapper JSON = new JsonMapper();

  /** Whose values a request asks for: names of keys and the time to evaluate at. */
  record Reads(List<String> customers, List<String> terminals, String asOf) {}

  /**
   * A row of an answer.
   *
   * @param values empty where the key was not found
   * @param receivedMillis when the answer had come
   */
  record Served(int client, int server, Key key, List<Double> values, long receivedMillis) {}

  /** A connection that broke. */
  record Broken(int server, long atMillis, String why) {}

  private final List<Integer> ports;
  private final Reads reads;
  private final ScheduledExecutorService executor;
  private final AtomicLongArray answered;
  private final Queue<Served> served = new ConcurrentLinkedQueue<>();
  private final Queue<Broken> broken = new ConcurrentLinkedQueue<>();
  private final Queue<String> failed = new ConcurrentLinkedQueue<>();

  /**
   * @param ports of two servers
   */
  ReadingClients(List<Integer> ports, int clients, Reads reads, Random random) {
    this.ports = ports;
    this.reads = reads;
    this.answered = new AtomicLongArray(ports.size());
    this.executor = Executors.newScheduledThreadPool(clients);
    for (int client = 0; client < clients; client++) {
      Client one = new Client(client, new Random(random.nextLong()));
      executor.scheduleWithFixedDelay(one::read, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** How many requests a server has answered. */
  long answeredBy(int server) {
    return answered.get(server);
  }

  List<Served> served() {
    return List.copyOf(served);
  }

  List<Broken> broken() {
    return List.copyOf(broken);
  }

  /** Reads that failed: what was answered instead of values, or that nobody answered. */
  List<String> failed() {
    return List.copyOf(failed);
  }

  /** Lets the reads that are under way end, and makes no more. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("a client still reads");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Client {
    private final int number;
    private final int home;
    private final Random random;
    private final HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private boolean homeAnswers = true;

    private Client(int number, Random random) {
      this.number = number;
      this.home = number % ports.size();
      this.random = random;
    }

    private void read() {
      try {
        homeAnswers = homeAnswers || isHealthy();
        if (homeAnswers && readFrom(home)) {
          return;
        }
        homeAnswers = false;
        if (!readFrom(1 - home)) {
          failed.add("no server answered client " + number);
        }
      } catch (RuntimeException e) {
        failed.add(e.toString());
      }
    }

    /** Whether the server answered, whatever it said. */
    private boolean readFrom(int server) {
      List<String> customers = some(reads.customers());
      List<String> terminals = some(reads.terminals());
      String body =
          """
          {"entities": {"customer_id": ["%s"], "terminal_id": ["%s"]}, "as_of": "%s",
           "full_feature_names": true, "features": [
             "customers:payments_1h", "customers:total_1h", "customers:smallest_1h", "customers:largest_1h",
             "terminals:payments_1h", "terminals:total_1h", "terminals:smallest_1h", "terminals:largest_1h"]}
          """
              .formatted(
                  String.join("\",\"", customers), String.join("\",\"", terminals), reads.asOf());
      try {
        HttpResponse<String> answer =
            send(
                HttpRequest.newBuilder(uri(server, "/get-online-features"))
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
        long received = System.currentTimeMillis();
        if (answer.statusCode() != 200) {
          failed.add("server " + server + ": " + answer.statusCode() + " " + answer.body());
          return true;
        }
        JsonNode results = JSON.readTree(answer.body()).path("results");
        for (int row = 0; row < ROWS; row++) {
          add(server, new Key("customers", customers.get(row)), results, 2, row, received);
          add(server, new Key("terminals", terminals.get(row)), results, 6, row, received);
        }
        answered.incrementAndGet(server);
        return true;
      } catch (IOException e) {
        broken.add(new Broken(server, System.currentTimeMillis(), e.toString()));
        return false;
      }
    }

    private void add(int server, Key key, JsonNode results, int first, int row, long received) {
      List<Double> values = new ArrayList<>();
      for (int column = first; column < first + 4; column++) {
        if (results.path(column).path("statuses").path(row).asText().equals("PRESENT")) {
          values.add(results.path(column).path("values").path(row).doubleValue());
        }
      }
      served.add(new Served(number, server, key, values, received));
    }

    private List<String> some(List<String> names) {
      return random.ints(ROWS, 0, names.size()).mapToObj(names::get).toList();
    }

    private boolean isHealthy() {
      try {
        return send(HttpRequest.newBuilder(uri(home, "/health"))).statusCode() == 200;
      } catch (IOException e) {
        return false; // it does not listen yet
      }
    }

    private URI uri(int server, String path) {
      return URI.create("http://127.0.0.1:" + ports.get(server) + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
      try {
        return http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }
}
