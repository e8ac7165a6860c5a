package io.leat.retraining.gate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;

/**
 * Labelled rows that neither contender has seen: after the challenger's training cut, and after all
 * their labels can have come. The caller sees to both, and to that the champion was scored on the
 * same rows now, not read out of an old report.
 *
 * @param challenger who is to be let through
 * @param champion who stands there now; empty where there is none, so that only limits are judged
 * @param labels one a row: 0 or 1, or a number; not to be changed
 * @param entities whose row it is, one a row: rows of one entity hang together
 * @param segments by field, its value in each row; null values are to be given as a text
 * @param decides whether a score leads to a positive decision; empty where there are none
 */
// The array is shared on purpose: there may be millions of rows.
@SuppressWarnings("ArrayRecordComponent")
public record GateRows(
    Contender challenger,
    Optional<Contender> champion,
    double[] labels,
    List<String> entities,
    Map<String, List<String>> segments,
    Optional<DoublePredicate> decides) {

  /**
   * @throws IllegalArgumentException if what has an entry a row has another number of them
   */
  public GateRows {
    segments = Map.copyOf(segments);
    require("the challenger's scores", challenger.scores().length, labels.length);
    if (champion.isPresent()) {
      require("the champion's scores", champion.get().scores().length, labels.length);
    }
    require("entities", entities.size(), labels.length);
    for (Map.Entry<String, List<String>> field : segments.entrySet()) {
      require("values of " + field.getKey(), field.getValue().size(), labels.length);
    }
  }

  private static void require(String what, int found, int rows) {
    if (found != rows) {
      throw new IllegalArgumentException(
          "%d %s for %d labels; expected as many".formatted(found, what, rows));
    }
  }
}
