package io.leat.notifications;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server that hears what receivers are told, and answers as it is bidden. */
final class Ear implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Deque<Reply> script = new ArrayDeque<>();
  private final List<Heard> heard = new ArrayList<>();
  private Reply usual = Reply.status(200);

  /** A request. */
  record Heard(URI url, java.util.Map<String, List<String>> headers, byte[] body) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String header(String name) {
      return headers.entrySet().stream()
          .filter(entry -> entry.getKey().equalsIgnoreCase(name))
          .map(entry -> entry.getValue().get(0))
          .findFirst()
          .orElse("");
    }
  }

  /** How a request ends. */
  interface Reply {
    void to(HttpExchange exchange) throws IOException;

    static Reply status(int status, String... header) {
      return exchange -> {
        if (header.length > 0) {
          exchange.getResponseHeaders().add(header[0], header[1]);
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
      };
    }

    /** The request was heard; the connection breaks before the answer. */
    static Reply lost() {
      return exchange -> {
        throw new IOException("the answer is lost");
      };
    }
  }

  private Ear(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::hear);
    server.start();
  }

  static Ear open() throws IOException {
    return new Ear(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  /** The next requests end so, one after the other. */
  synchronized Ear next(Reply... replies) {
    script.addAll(List.of(replies));
    return this;
  }

  /** Requests end so, unless the script says otherwise. */
  synchronized void usually(Reply reply) {
    usual = reply;
  }

  /** It hears, and does not answer until it closes. */
  Reply silent() {
    return exchange -> {
      try {
        closing.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  URI url() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
  }

  synchronized List<Heard> heard() {
    return List.copyOf(heard);
  }

  private void hear(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Reply reply;
    synchronized (this) {
      heard.add(
          new Heard(
              exchange.getRequestURI(), java.util.Map.copyOf(exchange.getRequestHeaders()), body));
      reply = script.isEmpty() ? usual : script.remove();
    }
    try {
      reply.to(exchange);
    } catch (IOException e) {
      exchange.close();
      throw e;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
