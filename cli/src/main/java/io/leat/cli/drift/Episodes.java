package io.leat.cli.drift;

import io.leat.cli.command.UserError;
import io.leat.notifications.Episode;
import java.util.List;
import java.util.Locale;

/** How commands name and print episodes. */
final class Episodes {
  private static final int CANDIDATES = 5;

  private Episodes() {}

  /**
   * The episode of an id, or of the beginning of one.
   *
   * @throws UserError if there is none, or several
   */
  static Episode find(List<Episode> episodes, String id) {
    List<Episode> found = episodes.stream().filter(episode -> episode.id().equals(id)).toList();
    if (found.isEmpty()) {
      found = episodes.stream().filter(episode -> episode.id().startsWith(id)).toList();
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.isEmpty()) {
      throw new UserError(
          "There is no episode %s; 'leat drift list --all' lists them.".formatted(id));
    }
    throw new UserError(
        "%d episodes begin with %s: %s."
            .formatted(
                found.size(),
                id,
                String.join(", ", found.stream().limit(CANDIDATES).map(Episode::id).toList())));
  }

  /** An episode in one line. */
  static String line(Episode episode) {
    return plain(
        "%-12s %-8s %s  %s  %s  %s  %s"
            .formatted(
                episode.standing().text(),
                episode.lastOpen().getSeverity().name().toLowerCase(Locale.ROOT),
                episode.last().getWindowEnd(),
                episode.last().getMonitor(),
                episode.id(),
                episode
                    .evidence()
                    .map(odds -> odds + " (" + episode.lastOpen().getGuarantee() + ")")
                    .orElse("by threshold"),
                episode.last().getMessage()));
  }

  /** Without characters that a terminal would act on. */
  static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
  }
}
