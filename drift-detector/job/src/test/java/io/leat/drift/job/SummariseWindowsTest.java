package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.drift.ColumnValues;
import io.leat.drift.WindowSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Given vectors, these parts of windows are handed on, then. */
class SummariseWindowsTest {
  private final Watch watch = Given.watch("m", 3);
  private final TwoInputStreamOperatorTestHarness<WatchedVector, ChampionProfile, WindowPart>
      harness = harness();

  private TwoInputStreamOperatorTestHarness<WatchedVector, ChampionProfile, WindowPart> harness() {
    try {
      // In the vectors the features come in another order, after one that nobody here watches.
      return new TwoInputStreamOperatorTestHarness<>(
          new SummariseWindows(
              new SummariseWindows.Source(
                  "features.prices",
                  List.of("other", "event.constant", "event.price"),
                  List.of(),
                  false),
              List.of(watch)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void open() throws Exception {
    harness.open();
    harness.processWatermark2(Watermark.MAX_WATERMARK);
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

    harness.processWatermark1(new Watermark(Given.DAY));

    List<Object> output = new ArrayList<>(harness.getOutput());
    assertThat(output).hasSize(3).last().isEqualTo(new Watermark(Given.DAY));
    assertThat(parts())
        .extracting(WindowPart::windowStart, WindowPart::vectors)
        .containsExactly(tuple(0L, 2L), tuple(Given.DAY, 1L));
  }

  @Test
  void findsEachFeatureAtItsPlace() throws Exception {
    process(0, 3);
    harness.processWatermark1(new Watermark(1));

    WindowSummary summary = watch.detector().newWindow();
    summary.add(ColumnValues.of(0.5, 3));
    assertThat(parts().get(0).summary()).isEqualTo(summary.toBytes());
  }

  @Test
  void holdsNothingBackFromACheckpoint() throws Exception {
    process(0, 3);

    harness.getOperator().prepareSnapshotPreBarrier(1);

    assertThat(parts()).hasSize(1);
    harness.processWatermark1(new Watermark(1));
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
  void passesOverVectorsOfAnotherDefinition() throws Exception {
    harness.processElement1(new WatchedVector(false, false, 0, -1, ColumnValues.of()), 0);
    harness.processWatermark1(new Watermark(1));

    assertThat(parts()).isEmpty();
  }

  @Test
  void tellsThatRecordsBeforeAVectorWereNeverRead() throws Exception {
    process(0, 3);
    harness.processWatermark1(new Watermark(1));
    harness.processElement1(
        new WatchedVector(true, true, Given.DAY, -1, ColumnValues.of(9, 3, 0.5)), Given.DAY);
    harness.processWatermark1(new Watermark(Given.DAY));
    process(2 * Given.DAY, 3);
    harness.processWatermark1(new Watermark(2 * Given.DAY));

    assertThat(parts()).extracting(WindowPart::afterGap).containsExactly(false, true, false);
  }

  @Test
  void summarisesAgainstTheProfileOfAnotherChampionFromThenOn() throws Exception {
    Watch retrained = Given.watch("m", 4);
    process(0, 3);

    harness.processElement2(new StreamRecord<>(Given.champion(retrained, 7)));
    process(0, 3);
    harness.processElement2(new StreamRecord<>(Given.champion(watch, 6))); // came late
    process(0, 3);
    harness.processWatermark1(new Watermark(1));

    assertThat(parts())
        .extracting(WindowPart::reference, WindowPart::vectors)
        .containsExactly(
            tuple(watch.detector().reference(), 1L), tuple(retrained.detector().reference(), 2L));
  }

  @Test
  void aRestartGoesOnByTheProfileOfTheChampion() throws Exception {
    Watch retrained = Given.watch("m", 4);
    harness.processElement2(new StreamRecord<>(Given.champion(retrained, 7)));
    OperatorSubtaskState state = harness.snapshot(1, 1);

    try (TwoInputStreamOperatorTestHarness<WatchedVector, ChampionProfile, WindowPart> restarted =
        harness()) {
      restarted.initializeState(state);
      restarted.open();
      restarted.processElement1(
          new WatchedVector(true, false, 0, -1, ColumnValues.of(9, 3, 0.5)), 0);
      restarted.getOperator().prepareSnapshotPreBarrier(2);

      assertThat(restarted.extractOutputValues())
          .extracting(WindowPart::reference)
          .containsExactly(retrained.detector().reference());
    }
  }

  private void process(long eventTime, double constant) throws Exception {
    harness.processElement1(
        new WatchedVector(true, false, eventTime, -1, ColumnValues.of(9, constant, 0.5)),
        eventTime);
  }

  private List<WindowPart> parts() {
    return harness.extractOutputValues();
  }
}
