package io.leat.common;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what a person meant by a name that does not exist. */
public final class Suggestions {
  private static final int SHORTEST_BEGINNING = 3;

  private Suggestions() {}

  /**
   * {@code " Did you mean amount?"} if one of the candidates is close to the name, else empty text.
   */
  public static String didYouMean(String name, Collection<String> candidates) {
    return closest(name, candidates).map(found -> " Did you mean " + found + "?").orElse("");
  }

  /**
   * The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from the
   * name, if these are at most a third of its length; else one of which the name is the beginning,
   * or the other way round.
   */
  public static Optional<String> closest(String name, Collection<String> candidates) {
    String wanted = name.toLowerCase(Locale.ROOT);
    int limit = Math.max(1, wanted.length() / 3);
    Comparator<String> byEdits =
        Comparator.comparingInt(candidate -> edits(wanted, candidate.toLowerCase(Locale.ROOT)));
    return candidates.stream()
        .filter(candidate -> edits(wanted, candidate.toLowerCase(Locale.ROOT)) <= limit)
        .min(byEdits)
        .or(
            () ->
                candidates.stream()
                    .filter(candidate -> begins(wanted, candidate.toLowerCase(Locale.ROOT)))
                    .min(byEdits));
  }

  private static boolean begins(String a, String b) {
    return Math.min(a.length(), b.length()) >= SHORTEST_BEGINNING
        && (a.startsWith(b) || b.startsWith(a));
  }

  /** Optimal string alignment distance. */
  private static int edits(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(
                distance[i - 1][j - 1] + replace,
                Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, distance[i - 2][j - 2] + 1);
        }
        distance[i][j] = least;
      }
    }
    return distance[a.length()][b.length()];
  }
}
