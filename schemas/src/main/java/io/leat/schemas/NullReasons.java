package io.leat.schemas;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Why values of a row are null, as a text of one column: {@code activity__total_1h=late,
 * event__note=null_in_event}. A null that is not named had no event in its window, which is the
 * reason of nearly all. Stateless.
 */
public final class NullReasons {
  /** The column's name, in tables of vectors and in training sets. */
  public static final String COLUMN = "null_reasons";

  private static final String BETWEEN = ", ";
  private static final String IS = "=";

  private NullReasons() {}

  /**
   * The text.
   *
   * @param columns the columns of the values
   * @param valuesOrReasons one a column
   */
  public static String text(List<String> columns, List<?> valuesOrReasons) {
    StringJoiner text = new StringJoiner(BETWEEN);
    for (int i = 0; i < columns.size(); i++) {
      if (valuesOrReasons.get(i) instanceof NullReason reason && reason != NullReason.NO_EVENT) {
        text.add(columns.get(i) + IS + reason.text());
      }
    }
    return text.toString();
  }

  /**
   * Reads what {@link #text} made.
   *
   * @param text null in a row of a release that gave no reasons
   */
  public static Reader read(@Nullable String text) {
    if (text == null) {
      return column -> NullReason.UNSTATED;
    }
    if (text.isEmpty()) {
      return column -> NullReason.NO_EVENT;
    }
    Map<String, NullReason> named = new HashMap<>();
    for (String one : text.split(BETWEEN, -1)) {
      String[] parts = one.split(IS, 2);
      named.put(
          parts[0],
          parts.length < 2
              ? NullReason.UNSTATED
              : NullReason.of(parts[1]).orElse(NullReason.UNSTATED));
    }
    return column -> named.getOrDefault(column, NullReason.NO_EVENT);
  }

  /** The reasons of one row. */
  @FunctionalInterface
  public interface Reader {
    /** Why the value of a column is null. */
    NullReason of(String column);
  }
}
