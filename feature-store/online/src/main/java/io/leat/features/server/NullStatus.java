package io.leat.features.server;

import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.RequestException.Kind;
import io.leat.features.server.ViewReader.Rows;
import java.time.Instant;
import java.util.Optional;

/** Why a value of a view is null, and whether it is for want of knowing. Stateless. */
final class NullStatus {
  private NullStatus() {}

  /**
   * The status of a value that is null.
   *
   * @param column index in the view's columns
   * @param asOf the time that the request names, where it names one
   * @param time the time of evaluation, milliseconds since 1970-01-01 UTC
   * @throws RequestException if the request names a time that is too long ago
   */
  static Status of(
      ServedView view, int column, Rows rows, int row, Optional<Instant> asOf, long time)
      throws RequestException {
    Optional<Status> unknown = ofUnknown(view, column, rows, row, asOf, time);
    if (unknown.isPresent()) {
      return unknown.get();
    }
    if (rows.values()[row] == null) {
      return Status.NOT_FOUND;
    }
    return view.isOver(column, rows.newest()[row], time)
        ? Status.OUTSIDE_MAX_AGE
        : Status.NULL_VALUE;
  }

  /**
   * The status of a value that is null because it is not known: the view waits for its backfill, or
   * the key's state no longer has all of what the window covers. Empty where the value is known, a
   * null that stands for no events too. Takes and throws what {@link #of} does.
   */
  static Optional<Status> ofUnknown(
      ServedView view, int column, Rows rows, int row, Optional<Instant> asOf, long time)
      throws RequestException {
    if (rows.isWaiting()) {
      return Optional.of(Status.NOT_FOUND);
    }
    long newest = rows.newest()[row];
    if (rows.values()[row] == null || view.isKept(column, newest, time)) {
      return Optional.empty();
    }
    if (asOf.isPresent()) {
      throw new RequestException(
          Kind.SENSELESS,
          "as_of %s is out of retention: of a key with an event at %s, the view %s keeps no more the whole of what %s covers then. Ask for %s or later, or take older values from the offline store.",
          asOf.get(),
          Instant.ofEpochMilli(newest),
          view.name(),
          view.columns().get(column),
          Instant.ofEpochMilli(view.keptFrom(newest)));
    }
    return Optional.of(Status.INVALID);
  }
}
