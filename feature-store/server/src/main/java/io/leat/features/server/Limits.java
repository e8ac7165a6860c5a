package io.leat.features.server;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.server.RequestException.Kind;
import java.time.Duration;

/**
 * What a server may use, and how much one request may ask for.
 *
 * @param requestBytes the largest body that is read
 * @param rows the most rows of a request
 * @param values the most values of an answer, rows times features
 * @param concurrent the most requests that are read at once
 * @param timeout how long a request may take from its first byte to its answer
 * @param drain how long the port stays open after the server was told to stop, so that whoever
 *     spreads requests can hear that it is not ready any more; zero where nobody does
 */
public record Limits(
    long requestBytes, int rows, int values, int concurrent, Duration timeout, Duration drain) {
  /** 1 MiB, 1,000 rows, 100,000 values, 256 at once, 10 s, no drain. */
  public static final Limits DEFAULT =
      new Limits(1L << 20, 1_000, 100_000, 256, Duration.ofSeconds(10), Duration.ZERO);

  public Limits {
    if (requestBytes < 1 || rows < 1 || values < 1 || concurrent < 1) {
      throw new LeatException(
          ErrorCode.SETTING,
          "limits of %d bytes, %d rows, %d values and %d requests at once; expected at least 1 of each"
              .formatted(requestBytes, rows, values, concurrent));
    }
    if (timeout.toMillis() < 1 || drain.isNegative()) {
      throw new LeatException(
          ErrorCode.SETTING,
          "a time-out of %s and a drain of %s; expected at least 1ms and 0ms"
              .formatted(timeout, drain));
    }
  }

  /**
   * Makes sure that a request does not ask for too much.
   *
   * @throws RequestException if it does
   */
  void check(int askedRows, int features) throws RequestException {
    if (askedRows > rows) {
      throw new RequestException(
          Kind.TOO_LARGE, "The request has %d rows; at most %d at a time.", askedRows, rows);
    }
    if ((long) askedRows * features > values) {
      throw new RequestException(
          Kind.TOO_LARGE,
          "The request asks for %d features of %d rows; at most %d values at a time.",
          features,
          askedRows,
          values);
    }
  }
}
