package io.leat.cli.drift;

import io.leat.drift.StreamComparison.Bucket;
import io.leat.drift.explanation.Cause;
import io.leat.drift.explanation.Explanation;
import io.leat.drift.explanation.Explanation.Moved;
import io.leat.drift.explanation.Timeline;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An explanation as text. */
final class ExplanationText {
  private static final int BUCKETS_SHOWN = 6;
  private static final int WINDOWS_SHOWN = 12;
  private static final int SHARES_SHOWN = 5;

  private ExplanationText() {}

  static String of(Explanation of) {
    StringBuilder text = new StringBuilder();
    line(text, "episode", "%s, %s, %s", of.episode(), of.severity(), of.state());
    line(text, "about", "%s of model %s, monitor %s", of.kind(), of.model(), of.monitor());
    line(text, "says", "%s", of.message());
    line(
        text,
        "shows since",
        "%s, in %,d windows up to the one that opened it (till %s); %,d vectors of these looked at, %,d of those before",
        of.onset(),
        of.windows(),
        of.end(),
        of.vectors(),
        of.vectorsBefore());
    if (of.odds().isPresent()) {
      line(
          text,
          "evidence",
          "%s to 1 against no change; alarms at %s; guarantee %s",
          odds(of.odds().getAsDouble()),
          odds(of.alarmAt().orElse(Double.NaN)),
          of.guarantee().orElse("none"));
    }
    List<Timeline.Point> points = of.line();
    if (!points.isEmpty()) {
      line(
          text,
          "over time",
          "%s",
          points.subList(Math.max(0, points.size() - WINDOWS_SHOWN), points.size()).stream()
              .map(point -> odds(point.odds()))
              .collect(Collectors.joining(" ", "", " (to 1, window by window)")));
    }
    shares(text, "by column", of.byColumn());
    shares(text, "by segment", of.bySegment());
    text.append("\nWhat moved\n");
    of.moved().forEach(moved -> moved(text, moved));
    text.append("\nLikely causes\n");
    int rank = 1;
    for (Cause cause : of.causes()) {
      text.append(
          "%2d. %s: %s%s%n"
              .formatted(rank++, cause.kind().text(), plain(cause.what()), explains(cause)));
      text.append("    for      ").append(plain(cause.speaksFor())).append('\n');
      text.append("    against  ").append(plain(cause.speaksAgainst())).append('\n');
    }
    if (of.causes().isEmpty()) {
      text.append("    unknown: nothing that was recorded explains a quarter of it\n");
    }
    of.notes().forEach(note -> text.append("note: ").append(plain(note)).append('\n'));
    return text.append('\n').toString();
  }

  /** How much of the change a cause explains; nothing of one that is known by its time alone. */
  static String explains(Cause cause) {
    return cause.explains().isEmpty()
        ? " (by its time alone)"
        : String.format(
            Locale.ROOT,
            ", explains %s%.0f %%",
            cause.kind() == Cause.Kind.DEAD_LETTERS ? "at most " : "",
            100 * cause.explains().getAsDouble());
  }

  /** What a stream is called, and how far it is off. */
  static String title(Moved moved) {
    return "%s%s: %s %s (usual %s%s, threshold %s)%s"
        .formatted(
            moved.feature(),
            moved.segment().map(segment -> "[" + segment + "]").orElse(""),
            moved.metric(),
            number(moved.value()),
            number(moved.usual()),
            moved.least().isPresent()
                ? ", matters above " + number(moved.least().getAsDouble())
                : "",
            number(moved.threshold()),
            moved.evidence().isPresent()
                ? ", %s to 1".formatted(odds(moved.evidence().getAsDouble()))
                : "");
  }

  private static void moved(StringBuilder text, Moved moved) {
    text.append("    ").append(plain(title(moved))).append('\n');
    moved.buckets().stream()
        .filter(bucket -> bucket.reference() != bucket.window())
        .sorted(
            Comparator.comparingDouble(
                (Bucket bucket) -> -Math.abs(bucket.window() - bucket.reference())))
        .limit(BUCKETS_SHOWN)
        .forEach(
            bucket ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "        %-28s %6.1f %% of the reference, %6.1f %% now%n",
                        plain(bucket.label()),
                        100 * bucket.reference(),
                        100 * bucket.window())));
  }

  private static void shares(StringBuilder text, String what, List<Timeline.Share> shares) {
    if (!shares.isEmpty()) {
      line(
          text,
          what,
          "%s",
          shares.stream()
              .limit(SHARES_SHOWN)
              .map(
                  share ->
                      String.format(Locale.ROOT, "%s %.0f %%", share.name(), 100 * share.share()))
              .collect(Collectors.joining(", ")));
    }
  }

  private static void line(StringBuilder text, String what, String format, Object... values) {
    text.append("%-12s %s%n".formatted(what, plain(String.format(Locale.ROOT, format, values))));
  }

  static String odds(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2g" : "%,.0f", value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static String plain(String text) {
    return Episodes.plain(text);
  }
}
