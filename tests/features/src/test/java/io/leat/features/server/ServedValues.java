package io.leat.features.server;

import io.leat.features.server.CommittedStates.Key;
import io.leat.features.server.ReadingClients.Served;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;

/** Evaluates every value that was served by what was committed. */
final class ServedValues {
  /** What can be wrong with values that were served. */
  enum Fault {
    /** Those of another key: their mark is not the key's. */
    FOREIGN,
    /** At no commit the key had them: of an aborted transaction, or of two moments. */
    NEVER_COMMITTED,
    /** The answer had come before they were committed. */
    NOT_YET_COMMITTED,
    /** Older ones than the same client had read from the same server before. */
    WENT_BACK
  }

  private ServedValues() {}

  /**
   * Counts what is wrong; each row has one fault at most.
   *
   * @param served in the order in which each client read
   * @param mark of a key: the smallest and the largest value of all its events
   */
  static Map<Fault, Integer> faults(
      List<Served> served, CommittedStates committed, ToDoubleFunction<Key> mark) {
    record Reader(int client, int server, Key key) {}
    Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    Map<Reader, Double> seen = new HashMap<>();
    for (Served row : served) {
      List<Double> values = row.values();
      double payments = values.isEmpty() ? 0 : values.get(0);
      Reader reader = new Reader(row.client(), row.server(), row.key());
      double before = seen.getOrDefault(reader, 0.0);
      seen.put(reader, Math.max(before, payments));
      if (payments < before) {
        faults.merge(Fault.WENT_BACK, 1, Integer::sum);
      } else if (!values.isEmpty()) {
        OptionalLong at = committed.committedAt(row.key(), values);
        double own = mark.applyAsDouble(row.key());
        if (values.size() != 4 || values.get(2) != own || values.get(3) != own) {
          faults.merge(Fault.FOREIGN, 1, Integer::sum);
        } else if (at.isEmpty()) {
          faults.merge(Fault.NEVER_COMMITTED, 1, Integer::sum);
        } else if (row.receivedMillis() < at.getAsLong()) {
          faults.merge(Fault.NOT_YET_COMMITTED, 1, Integer::sum);
        }
      }
    }
    return faults;
  }
}
