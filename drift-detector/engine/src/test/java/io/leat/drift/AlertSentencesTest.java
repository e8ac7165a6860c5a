package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.DriftAlert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What an alert says of itself, over its whole life. */
class AlertSentencesTest {
  private static final FeatureService SERVICE = Given.service("a");
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final int REFERENCE_DAYS = 100;

  @Test
  void everySentenceIsWhole() {
    Random random = new Random(1);
    List<Given.Row> rows = new ArrayList<>();
    for (int hour = 0; hour < (REFERENCE_DAYS + 30) * 24; hour++) {
      int day = hour / 24 - REFERENCE_DAYS;
      double shift = day < 0 || day >= 20 ? 0 : day < 10 ? 0.8 : 9;
      rows.add(new Given.Row(hour * HOUR, List.of(random.nextGaussian() + shift)));
    }
    Monitor monitor = Given.monitor(Given.DAY, 0.5);
    int cut = REFERENCE_DAYS * 24;
    DriftDetector detector =
        new DriftDetector(monitor, Given.profile(monitor, SERVICE, rows.subList(0, cut)));

    List<String> sentences =
        Given.run(detector, SERVICE, rows.subList(cut, rows.size())).alerts().stream()
            .map(DriftAlert::getMessage)
            .toList();

    String measured =
        ": \\S+ \\S+ \\(threshold \\S+\\) in the window from \\S+Z, with 24 values and 0 nulls\\.";
    assertThat(sentences)
        .anyMatch(
            sentence ->
                sentence.matches(
                    "event.a has drifted from the training data in 2 of the last 3 windows of 1d"
                        + measured))
        .anyMatch(
            sentence ->
                sentence.matches(
                    "event.a has drifted farther, so a critical alert takes the place of this one"
                        + measured))
        .anyMatch(
            sentence ->
                sentence.matches(
                    "event.a has been like the training data for 3 windows of 1d" + measured))
        .allMatch(sentence -> sentence.matches("event.a has (drifted|been) [^:]*" + measured));
  }
}
