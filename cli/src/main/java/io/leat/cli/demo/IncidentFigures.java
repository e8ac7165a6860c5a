package io.leat.cli.demo;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of payments without an amount.
 *
 * @param incidents the first record of each episode of data quality
 * @param closed the record that closed each of them
 * @param beside the first record of each other episode
 * @param early how many episodes of either opened before the nulls came
 * @param requests how many asked for a version
 * @param heldBack why others did not
 * @param runs how many trained one
 * @param isStill whether version 1 decided all the time
 * @param days what was null of the column, by window
 */
record IncidentFigures(
    Play play,
    List<Step> steps,
    List<DriftAlert> incidents,
    List<DriftAlert> closed,
    List<DriftAlert> beside,
    long early,
    int requests,
    List<String> heldBack,
    int runs,
    boolean isStill,
    long vectors,
    long unscored,
    List<Day> days)
    implements Figures {
  static final String COLUMN = "event.amount";
  static final String MEASURE = "null_share";
  static final String KIND = "data_quality";
  private static final String CAUSE = "It is a matter of data quality: ";

  IncidentFigures {
    steps = List.copyOf(steps);
    incidents = List.copyOf(incidents);
    closed = List.copyOf(closed);
    beside = List.copyOf(beside);
    heldBack = List.copyOf(heldBack);
    days = List.copyOf(days);
  }

  /** A window of the monitor, and the share of its values that was null: 0 to 1. */
  record Day(Instant start, double nulls) {}

  @Override
  public Map<String, Boolean> checks() {
    Map<String, Boolean> checks = new LinkedHashMap<>();
    checks.put("no episode before the nulls", early == 0);
    checks.put("one episode of data quality", incidents.size() == 1);
    checks.put(
        "it names the column and its nulls",
        !incidents.isEmpty() && incidents.stream().allMatch(IncidentFigures::namesTheNulls));
    checks.put(
        "each episode beside it says that it is a matter of data quality",
        beside.stream().allMatch(alert -> alert.getMessage().contains(CAUSE)));
    checks.put(
        "it closed once the nulls had ended",
        closed.size() == 1
            && closed.stream().allMatch(alert -> alert.getWindowEnd().isAfter(play.nullsEndAt())));
    checks.put(
        "what drifted was held back by data quality",
        !heldBack.isEmpty() && heldBack.stream().allMatch(why -> why.contains("data quality")));
    checks.put("nothing was asked for, nothing trained", requests == 0 && runs == 0);
    checks.put("version 1 decides as before", isStill);
    checks.put("no vector unscored", unscored == 0);
    return checks;
  }

  private static boolean namesTheNulls(DriftAlert alert) {
    return alert.getState() == AlertState.OPEN
        && alert.getStreams().stream()
            .anyMatch(
                stream -> stream.getFeature().equals(COLUMN) && stream.getMetric().equals(MEASURE));
  }

  @Override
  public List<String> measured() {
    List<String> lines = new ArrayList<>();
    lines.add("null share of %s, before the nulls   %s".formatted(COLUMN, share(false)));
    lines.add("null share of %s, while they came     %s".formatted(COLUMN, share(true)));
    return lines;
  }

  private String share(boolean isStruck) {
    return days.stream()
        .filter(
            day -> isStruck ? play.isStruck(day.start()) : day.start().isBefore(play.changesAt()))
        .mapToDouble(Day::nulls)
        .average()
        .stream()
        .mapToObj(share -> String.format(Locale.ROOT, "%.1f %%", 100 * share))
        .findFirst()
        .orElse("not known");
  }

  @Override
  public String page() {
    return IncidentPage.of(this);
  }
}
