package io.leat.retraining.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Asks a service elsewhere. What it answers is told apart into: an answer, a refusal, and no
 * answer, which is asked for again later.
 */
final class RestClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int MOST_WORDS = 300;
  private static final int TIMEOUT = 408;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(ANSWER)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final String name;
  private final Supplier<Map<String, String>> headers;

  /**
   * @param name of the service, for messages
   * @param headers of each request; they are never shown
   */
  RestClient(String name, Supplier<Map<String, String>> headers) {
    this.name = name;
    this.headers = headers;
  }

  /**
   * What was answered.
   *
   * @param code below 500, and neither 408 nor 429
   */
  @SuppressWarnings("ArrayRecordComponent") // a body, handed on once
  record Answer(int code, byte[] body, String from) {
    boolean isDone() {
      return code / 100 == 2;
    }

    /**
     * The body as JSON.
     *
     * @throws LeatException if it is none: somebody else answers
     */
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new LeatException(
            ErrorCode.NOT_READY,
            "%s answers what is no JSON: %s".formatted(from, e.getMessage()),
            e);
      }
    }

    /** A sentence for a person. */
    String refusal() {
      String text = new String(body, UTF_8).strip();
      return "%s answers %d: %s"
          .formatted(from, code, text.substring(0, Math.min(text.length(), MOST_WORDS)));
    }
  }

  /**
   * Reads.
   *
   * @throws LeatException {@code NOT_READY} if there is no answer, or one that means: later
   */
  Answer get(URI address) {
    return send(HttpRequest.newBuilder(address).GET());
  }

  /** Asks for something to be done; throws as {@link #get} does. */
  Answer post(URI address, ObjectNode body, Map<String, String> more) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(RunRequest.bytes(body)));
    more.forEach(request::header);
    return send(request);
  }

  /** Puts a file; throws as {@link #get} does. */
  Answer put(URI address, byte[] body) {
    return send(
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private Answer send(HttpRequest.Builder request) {
    headers.get().forEach(request::setHeader);
    try {
      HttpResponse<byte[]> response =
          client.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofByteArray());
      Answer answer = new Answer(response.statusCode(), response.body(), name);
      if (answer.code() >= SERVER_ERROR || answer.code() == TOO_MANY || answer.code() == TIMEOUT) {
        throw new LeatException(ErrorCode.NOT_READY, answer.refusal());
      }
      return answer;
    } catch (IOException e) {
      throw new LeatException(ErrorCode.NOT_READY, "%s does not answer: %s".formatted(name, e), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** An address below another. */
  static URI below(URI address, String... parts) {
    StringBuilder url = new StringBuilder(address.toString().replaceFirst("/+$", ""));
    for (String part : parts) {
      url.append('/').append(encoded(part));
    }
    return URI.create(url.toString());
  }

  /** A part of an address, or a value of its query. */
  static String encoded(String part) {
    return URLEncoder.encode(part, UTF_8).replace("+", "%20");
  }

  /** A header that carries a token, where there is one. */
  static Map<String, String> bearer(String token) {
    return token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token);
  }
}
