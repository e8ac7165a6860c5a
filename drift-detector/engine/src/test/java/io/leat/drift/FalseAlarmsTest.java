package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The budget of false alarms on streams without drift whose values hang together in time: an hourly
 * cycle of the day plus a first-order autoregression. Seeds are fixed and printed.
 */
class FalseAlarmsTest {
  private static final FeatureService SERVICE = Given.service("a", "b", "c");
  private static final int REFERENCE_WEEKS = 26;
  private static final int LIVE_WEEKS = 104;
  private static final int STREAMS = 20;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  /**
   * Over {@value #STREAMS} streams of {@value #LIVE_WEEKS} weeks the mean rate stays within the
   * budget times {@code tolerance}. A day's autocorrelation of 0.98 an hour is 0.62, so days are
   * far from independent; 0.995 is 0.89.
   */
  @ParameterizedTest(name = "{2}: autocorrelation {0} an hour, budget {1} a week")
  @CsvSource({
    "0.0, 0.5, THRESHOLDS",
    "0.98, 0.1, THRESHOLDS",
    "0.0, 0.5, SEQUENTIAL",
    "0.9, 0.5, SEQUENTIAL",
    "0.98, 0.5, SEQUENTIAL",
    "0.98, 0.1, SEQUENTIAL",
    "0.995, 0.5, SEQUENTIAL"
  })
  void stayWithinTheBudget(double autocorrelation, double budget, Monitor.Rule rule) {
    Monitor monitor = Given.monitor(Given.DAY, budget, rule);
    long alarms = 0;
    long critical = 0;
    for (int seed = 1; seed <= STREAMS; seed++) {
      List<Given.Row> rows = stream(new Random(seed), autocorrelation);
      int cut = REFERENCE_WEEKS * 7 * 24;
      DriftDetector detector =
          new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows.subList(0, cut)));
      Given.Reported reported = Given.run(detector, SERVICE, rows.subList(cut, rows.size()));
      alarms += reported.alerts().stream().filter(a -> a.getState() == AlertState.OPEN).count();
      critical +=
          reported.alerts().stream()
              .filter(a -> a.getState() == AlertState.OPEN && a.getSeverity() == Severity.CRITICAL)
              .count();
    }
    double rate = (double) alarms / (STREAMS * LIVE_WEEKS);

    System.out.printf(
        "%s, seeds 1..%d, autocorrelation %.3f: %.3f false alarms a week, budget %.2f; %d critical in %d weeks%n",
        rule, STREAMS, autocorrelation, rate, budget, critical, STREAMS * LIVE_WEEKS);
    assertThat(rate).isLessThanOrEqualTo(budget);
  }

  /** The budget is not kept by being deaf. */
  @ParameterizedTest(name = "{2}: autocorrelation {0} an hour")
  @CsvSource({
    "0.0, 1, THRESHOLDS",
    "0.98, 3, THRESHOLDS",
    "0.0, 1, SEQUENTIAL",
    "0.9, 2, SEQUENTIAL",
    "0.98, 3, SEQUENTIAL"
  })
  void aShiftIsFoundWithinTwoWeeks(double autocorrelation, double deviations, Monitor.Rule rule) {
    Monitor monitor = Given.monitor(Given.DAY, 0.5, rule);
    int found = 0;
    for (int seed = 1; seed <= STREAMS; seed++) {
      List<Given.Row> rows = stream(new Random(seed), autocorrelation);
      int cut = REFERENCE_WEEKS * 7 * 24;
      DriftDetector detector =
          new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows.subList(0, cut)));
      List<Given.Row> shifted =
          rows.subList(cut, cut + 14 * 24).stream()
              .map(
                  row ->
                      new Given.Row(
                          row.time(),
                          row.values().stream().map(v -> (Double) v + deviations).toList()))
              .toList();
      found +=
          Given.run(detector, SERVICE, shifted).alerts().stream()
                  .anyMatch(alert -> alert.getState() == AlertState.OPEN)
              ? 1
              : 0;
    }

    System.out.printf(
        "%s, seeds 1..%d, autocorrelation %.3f: a shift by %.0f deviations found within two weeks in %d of %d streams%n",
        rule, STREAMS, autocorrelation, deviations, found, STREAMS);
    assertThat(found).isGreaterThanOrEqualTo(STREAMS * 9 / 10);
  }

  private static List<Given.Row> stream(Random random, double autocorrelation) {
    double innovation = Math.sqrt(1 - autocorrelation * autocorrelation);
    double[] level = new double[SERVICE.features().size()];
    List<Given.Row> rows = new ArrayList<>();
    for (int hour = 0; hour < (REFERENCE_WEEKS + LIVE_WEEKS) * 7 * 24; hour++) {
      List<Double> values = new ArrayList<>();
      double cycle = Math.sin(2 * Math.PI * hour / 24);
      for (int i = 0; i < level.length; i++) {
        level[i] = autocorrelation * level[i] + innovation * random.nextGaussian();
        values.add(level[i] + i * cycle);
      }
      rows.add(new Given.Row(hour * HOUR, values));
    }
    return rows;
  }
}
