package io.leat.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks a process over HTTP how it does. Thread-safe. */
public final class HttpProbe {
  /** Long enough for a process that gets a tenth of a processor. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(ANSWER).build();

  private HttpProbe() {}

  /**
   * An answer.
   *
   * @param status HTTP status; 0 where nothing answers
   * @param body text; where nothing answers, why
   */
  public record Answer(int status, String body) {
    public boolean isOk() {
      return status == 200;
    }
  }

  /** Asks for a page; waits ten seconds at most. Never fails. */
  public static Answer get(String url) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(ANSWER).build();
    try {
      HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      return new Answer(0, "no answer yet on port " + URI.create(url).getPort());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(0, "interrupted");
    }
  }

  /** What keeps a page from being answered with 200, in a few words on one line; empty: nothing. */
  public static Optional<String> missing(String url) {
    Answer answer = get(url);
    if (answer.isOk()) {
      return Optional.empty();
    }
    String body = answer.body().strip().replaceAll("\\s*\\R\\s*", "; ");
    return Optional.of(answer.status() == 0 || !body.isEmpty() ? body : "HTTP " + answer.status());
  }
}
