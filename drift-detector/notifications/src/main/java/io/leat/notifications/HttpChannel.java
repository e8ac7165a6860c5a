package io.leat.notifications;

import io.leat.records.Notification;
import io.leat.records.NotificationStage;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A receiver that is told by HTTP requests. A status of 2xx says that it has them; 400, 413 and 422
 * that it refuses this one; anything else, or nothing within {@link #TIME_LIMIT}, to try again.
 * Redirections are not followed: what is sent is for the address that was declared.
 */
abstract class HttpChannel implements Channel {
  /** The longest that {@code Retry-After} is heeded. */
  static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final Set<Integer> REFUSALS = Set.of(400, 413, 422);
  private static final int OK = 200;
  private static final int REDIRECTION = 300;

  private final InstantSource clock;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(TIME_LIMIT).followRedirects(Redirect.NEVER).build();

  HttpChannel(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * The request that tells of a stage.
   *
   * @param now when it is sent
   */
  abstract HttpRequest request(Notification notification, NotificationStage stage, Instant now);

  @Override
  public Answer tell(Notification notification, NotificationStage stage)
      throws InterruptedException {
    CompletableFuture<HttpResponse<Void>> sent =
        http.sendAsync(request(notification, stage, clock.instant()), BodyHandlers.discarding());
    try {
      return answer(sent.get(TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return new Answer(Outcome.FAILED, "no answer in %d s".formatted(TIME_LIMIT.toSeconds()));
    } catch (ExecutionException e) {
      // Its message may name the address, which may be a secret.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return new Answer(Outcome.FAILED, cause.getClass().getSimpleName());
    } finally {
      sent.cancel(true);
    }
  }

  private Answer answer(HttpResponse<Void> response) {
    int status = response.statusCode();
    String words = "HTTP " + status;
    if (status >= OK && status < REDIRECTION) {
      return new Answer(Outcome.TAKEN, words);
    }
    if (REFUSALS.contains(status)) {
      return new Answer(Outcome.REFUSED, words);
    }
    return new Answer(
        Outcome.FAILED,
        words,
        response.headers().firstValue("Retry-After").flatMap(this::retryAfter));
  }

  /** Seconds, or a date (RFC 9110, 10.2.3); empty where it is neither. */
  private Optional<Duration> retryAfter(String text) {
    Duration wait;
    try {
      wait =
          text.matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  clock.instant(),
                  ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
    if (wait.isNegative()) {
      return Optional.empty();
    }
    return Optional.of(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
  }
}
