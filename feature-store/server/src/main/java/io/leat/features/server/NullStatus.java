package io.leat.features.server;

import io.leat.features.engine.Micros;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.RequestException.Kind;
import io.leat.features.server.ViewReader.Rows;
import io.leat.schemas.NullReason;
import java.time.Instant;
import java.util.Optional;

/**
 * What Feast's clients are told of a view's value, for the reason that the engine gives. Stateless.
 */
final class NullStatus {
  private NullStatus() {}

  /**
   * The status of a column that has a value or a reason.
   *
   * @param column index in the view's columns
   * @param asOf the time that the request names, where it names one
   * @param time the time of evaluation, microseconds since 1970-01-01 UTC
   * @throws RequestException if the request names a time from which not all is kept any more
   */
  static Status of(
      ServedView view, int column, Rows rows, int row, Optional<Instant> asOf, long time)
      throws RequestException {
    if (!(rows.values()[row][column] instanceof NullReason reason)) {
      return rows.found()[row] ? Status.PRESENT : Status.NOT_FOUND;
    }
    return switch (reason) {
      case NOT_YET, NO_KEY -> Status.NOT_FOUND;
      case NOT_KEPT, LATE, REMOVED, UNSTATED -> {
        if (asOf.isPresent()) {
          throw reason == NullReason.REMOVED
              ? removed(view, column, asOf.get())
              : outOfRetention(view, column, rows.newest()[row], asOf.get());
        }
        yield Status.INVALID;
      }
      case NO_EVENT,
          NULL_IN_NEWEST_EVENT,
          TOO_FEW_VALUES,
          TOO_MANY_VALUES,
          NOT_FINITE,
          NULL_IN_EVENT,
          NO_RESULT -> {
        if (!rows.found()[row]) {
          yield Status.NOT_FOUND;
        }
        yield view.isOver(column, rows.newest()[row], time)
            ? Status.OUTSIDE_MAX_AGE
            : Status.NULL_VALUE;
      }
    };
  }

  private static RequestException removed(ServedView view, int column, Instant asOf) {
    return new RequestException(
        Kind.SENSELESS,
        "as_of %s is out of retention: what %s of the view %s covers then reaches back to where the states of keys without newer events have been removed. Ask for a later time, or take older values from the offline store.",
        asOf,
        view.columns().get(column),
        view.name());
  }

  private static RequestException outOfRetention(
      ServedView view, int column, long newest, Instant asOf) {
    return new RequestException(
        Kind.SENSELESS,
        "as_of %s is out of retention: of a key with an event at %s, the view %s keeps no more the whole of what %s covers then. Ask for %s or later, or take older values from the offline store.",
        asOf,
        Micros.toInstant(newest),
        view.name(),
        view.columns().get(column),
        Micros.toInstant(view.keptFrom(newest)));
  }
}
