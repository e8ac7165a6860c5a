package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.drift.ColumnValues;
import io.leat.drift.VectorOrigin;
import io.leat.drift.WindowSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Given vectors, these parts of windows are handed on, then. */
class SummariseWindowsTest {
  private final Watch watch = Given.watch("m", 3);
  private final Watch retrained = Given.watch("m", 4);

  /** Version 6 from offset 10 on, and 7 from 20. */
  private final OneInputStreamOperatorTestHarness<WatchedVector, WindowPart> harness = harness();

  private OneInputStreamOperatorTestHarness<WatchedVector, WindowPart> harness() {
    try {
      // In the vectors the features come in another order, after one that nobody here watches.
      return new OneInputStreamOperatorTestHarness<>(
          new SummariseWindows(
              new SummariseWindows.Source(
                  "features.prices",
                  List.of("other", "event.constant", "event.price"),
                  List.of(),
                  false),
              List.of(watch),
              Given.champions(Map.of(10L, 6, 20L, 7)),
              Given.profiles(Map.of(6, watch, 7, retrained))));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void open() throws Exception {
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void handsOnBeforeTheWatermark() throws Exception {
    process(0, 3);
    process(Given.HOUR, 3);
    process(Given.DAY, 4);
    assertThat(harness.getOutput()).isEmpty();

    harness.processWatermark(new Watermark(Given.DAY));

    List<Object> output = new ArrayList<>(harness.getOutput());
    assertThat(output).hasSize(3).last().isEqualTo(new Watermark(Given.DAY));
    assertThat(parts())
        .extracting(WindowPart::paneStart, WindowPart::vectors)
        .containsExactly(tuple(0L, 2L), tuple(Given.DAY, 1L));
  }

  @Test
  void findsEachFeatureAtItsPlace() throws Exception {
    process(0, 3);
    harness.processWatermark(new Watermark(1));

    WindowSummary summary = watch.detector().newWindow();
    summary.add(ColumnValues.of(0.5, 3), VectorOrigin.of("e", 5));
    assertThat(parts().get(0).summary()).isEqualTo(summary.toBytes());
  }

  @Test
  void holdsNothingBackFromACheckpoint() throws Exception {
    process(0, 3);

    harness.getOperator().prepareSnapshotPreBarrier(1);

    assertThat(parts()).hasSize(1);
    harness.processWatermark(new Watermark(1));
    assertThat(parts()).hasSize(1);
  }

  @Test
  void holdsNothingBackAtTheEnd() throws Exception {
    process(0, 3);

    harness.getOperator().finish();

    assertThat(parts()).hasSize(1);
  }

  @Test
  void handsOnWhenManyWindowsAreOpen() throws Exception {
    for (int day = 0; day < 100; day++) {
      process(day * Given.DAY, 3);
    }

    assertThat(parts()).hasSizeGreaterThan(60);
  }

  @Test
  void notesVectorsOfAnotherDefinitionAndCountsNothingOfThem() throws Exception {
    harness.processElement(
        new WatchedVector(false, "prices@2 (d2)", false, 0, 0, 0, -1, ColumnValues.of(), null), 0);
    harness.processWatermark(new Watermark(1));

    WindowSummary summary = watch.detector().newWindow();
    summary.addOther("prices@2 (d2)");
    assertThat(parts()).extracting(WindowPart::vectors).containsExactly(0L);
    assertThat(parts().get(0).summary()).isEqualTo(summary.toBytes());
  }

  @Test
  void tellsThatRecordsBeforeAVectorWereNeverRead() throws Exception {
    process(0, 3);
    harness.processWatermark(new Watermark(1));
    harness.processElement(vector(Given.DAY, true, 0, 3), Given.DAY);
    harness.processWatermark(new Watermark(Given.DAY));
    process(2 * Given.DAY, 3);
    harness.processWatermark(new Watermark(2 * Given.DAY));

    assertThat(parts()).extracting(WindowPart::afterGap).containsExactly(false, true, false);
  }

  @Test
  void summarisesByTheProfileOfTheChampionThatScoresTheVector() throws Exception {
    for (long offset : List.of(5L, 25L, 12L, 19L, 20L, 15L)) {
      harness.processElement(vector(offset), 0);
    }
    harness.processWatermark(new Watermark(1));

    assertThat(parts())
        .extracting(WindowPart::version, WindowPart::reference, WindowPart::vectors)
        .containsExactlyInAnyOrder(
            tuple(Champions.UNKNOWN, watch.detector().reference(), 1L),
            tuple(6, watch.detector().reference(), 3L),
            tuple(7, retrained.detector().reference(), 2L));
  }

  @Test
  void scoresAreSummarisedByTheProfileOfTheVersionThatGaveThem() throws Exception {
    try (OneInputStreamOperatorTestHarness<WatchedVector, WindowPart> ofScores =
        new OneInputStreamOperatorTestHarness<>(
            new SummariseWindows(
                new SummariseWindows.Source("scores.model", List.of(), List.of(), true),
                List.of(watch),
                Given.champions(Map.of()),
                Given.profiles(Map.of(6, watch, 7, retrained))))) {
      ofScores.open();
      for (int version : List.of(7, 6, 7)) {
        ofScores.processElement(
            new WatchedVector(true, "", false, 0, 0, 0, version, ColumnValues.of(), null), 0);
      }
      ofScores.processWatermark(new Watermark(1));

      assertThat(ofScores.extractOutputValues())
          .extracting(WindowPart::version, WindowPart::reference)
          .containsExactlyInAnyOrder(
              tuple(6, watch.detector().reference()), tuple(7, retrained.detector().reference()));
    }
  }

  private static WatchedVector vector(long offset) {
    return vector(0, false, offset, 3);
  }

  private static WatchedVector vector(
      long eventTime, boolean afterGap, long offset, double constant) {
    return new WatchedVector(
        true,
        "",
        afterGap,
        eventTime,
        0,
        offset,
        -1,
        ColumnValues.of(9, constant, 0.5),
        VectorOrigin.of("e", 5));
  }

  private void process(long eventTime, double constant) throws Exception {
    harness.processElement(vector(eventTime, false, 0, constant), eventTime);
  }

  private List<WindowPart> parts() {
    return harness.extractOutputValues();
  }
}
