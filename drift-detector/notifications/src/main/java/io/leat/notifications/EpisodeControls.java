package io.leat.notifications;

import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.DriftAlert;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What a silence is about. */
public final class EpisodeControls {
  /** What a silence may ask of an episode. */
  public static final List<String> MATCHERS =
      List.of("monitor", "model", "feature", "segment", "severity", "kind", "episode");

  private EpisodeControls() {}

  /** Whether it is a silence that has begun and has not expired. */
  public static boolean isInForce(AlertControl control, Instant now) {
    Instant until = control.getUntil();
    return control.getKind() == AlertControlKind.SILENCE
        && !now.isBefore(control.getFrom())
        && until != null
        && now.isBefore(until);
  }

  /**
   * Whether an episode is what a silence is about: every matcher has to hold. That of a feature or
   * segment holds of an episode that names one such stream. One without matchers, or with one that
   * this release does not know, is about nothing.
   *
   * @param alert the last {@code OPEN} of the episode
   */
  public static boolean matches(AlertControl silence, DriftAlert alert) {
    Map<String, String> matchers = silence.getMatchers();
    return !matchers.isEmpty()
        && matchers.entrySet().stream()
            .allMatch(matcher -> values(matcher.getKey(), alert).contains(matcher.getValue()));
  }

  private static Set<String> values(String matcher, DriftAlert alert) {
    return switch (matcher) {
      case "monitor" -> Set.of(alert.getMonitor());
      case "model" -> Set.of(alert.getModel());
      case "severity" -> Set.of(alert.getSeverity().name().toLowerCase(Locale.ROOT));
      case "kind" -> Set.of(alert.getKind());
      case "episode" -> Set.of(alert.getAlertId());
      case "feature" ->
          named(
              Stream.concat(
                  Stream.of(alert.getFeature()),
                  alert.getStreams().stream().map(stream -> stream.getFeature())));
      case "segment" ->
          named(
              Stream.concat(
                  Stream.ofNullable(alert.getSegment()),
                  alert.getStreams().stream()
                      .flatMap(stream -> Stream.ofNullable(stream.getSegment()))));
      default -> Set.of();
    };
  }

  private static Set<String> named(Stream<String> names) {
    return Set.copyOf(names.toList());
  }
}
