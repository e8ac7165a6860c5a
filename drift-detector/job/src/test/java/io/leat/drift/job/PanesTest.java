package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.MonitorWindows;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Given parts of panes, and watermarks, these windows come out. */
class PanesTest {
  private static final long HOUR = Given.HOUR;
  private static final long DAY = Given.DAY;
  private static final Watch SLIDING =
      Given.watch(MonitorWindows.sliding(Duration.ofDays(3), Duration.ofDays(1)));
  private static final Watch COUNTED =
      Given.watch(MonitorWindows.ofEvents(100, Duration.ofHours(1)));

  /** The operator under test, in Flink's harness, and what it has said since it was opened. */
  private static final class Evaluator implements AutoCloseable {
    private final Watch watch;
    private final KeyedOneInputStreamOperatorTestHarness<String, WindowPart, DriftMetric> harness;

    Evaluator(Watch watch, OperatorSubtaskState state) throws Exception {
      this.watch = watch;
      harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              new KeyedProcessOperator<>(
                  new EvaluateWindows(List.of(watch), Given.profiles(Map.of()))),
              WindowPart::monitor,
              Types.STRING);
      harness.setup(new AvroSerializer<>(DriftMetric.class));
      harness.initializeState(state);
      harness.open();
    }

    Evaluator(Watch watch) throws Exception {
      this(watch, OperatorSubtaskState.builder().build());
    }

    Evaluator given(long pane, int vectors) throws Exception {
      return given(pane, vectors, 3);
    }

    Evaluator given(long pane, int vectors, double constant) throws Exception {
      harness.processElement(Given.part(watch, pane, vectors, constant), pane);
      return this;
    }

    Evaluator givenAfterGap(long pane, int vectors) throws Exception {
      WindowPart part = Given.part(watch, pane, vectors, 3);
      harness.processElement(
          new WindowPart(
              part.monitor(), pane, 0, part.reference(), vectors, true, 0, part.summary()),
          pane);
      return this;
    }

    Evaluator until(long time) throws Exception {
      harness.processWatermark(new Watermark(time - 1));
      return this;
    }

    List<Window> windows() {
      return harness.extractOutputValues().stream()
          .filter(metric -> metric.getMetric().equals("ks"))
          .filter(metric -> metric.getFeature().equals("event.constant"))
          .map(Window::of)
          .toList();
    }

    /** All that it has said, as bytes would have it. */
    List<String> said() {
      List<String> said = new ArrayList<>();
      harness.extractOutputValues().forEach(metric -> said.add(metric.toString()));
      Queue<StreamRecord<DriftAlert>> alerts = harness.getSideOutput(EvaluateWindows.ALERTS);
      if (alerts != null) {
        alerts.forEach(alert -> said.add(alert.getValue().toString()));
      }
      return said;
    }

    @Override
    public void close() throws Exception {
      harness.close();
    }
  }

  private record Window(Instant start, Instant end, long events, boolean complete) {
    static Window of(DriftMetric metric) {
      return new Window(
          metric.getWindowStart(), metric.getWindowEnd(), metric.getEvents(), metric.getComplete());
    }

    static Window ofDays(long from, long to, long events) {
      return of(from * DAY, to * DAY, events, true);
    }

    static Window of(long from, long to, long events, boolean complete) {
      return new Window(Instant.ofEpochMilli(from), Instant.ofEpochMilli(to), events, complete);
    }
  }

  @Test
  void aWindowSlidesFromPaneToPane() throws Exception {
    try (Evaluator evaluator = new Evaluator(SLIDING)) {
      for (int day = 0; day < 6; day++) {
        evaluator.given(day * DAY, 20 + day).until((day + 1) * DAY);
      }

      assertThat(evaluator.windows())
          .as("what began before the first vector lacks some")
          .containsExactly(
              Window.of(-2 * DAY, DAY, 20, false),
              Window.of(-DAY, 2 * DAY, 41, false),
              Window.ofDays(0, 3, 63),
              Window.ofDays(1, 4, 66),
              Window.ofDays(2, 5, 69),
              Window.ofDays(3, 6, 72));
    }
  }

  @Test
  void silenceEndsWindowsToo() throws Exception {
    try (Evaluator evaluator = new Evaluator(SLIDING)) {
      evaluator.given(0, 20).given(DAY, 20).given(2 * DAY, 20).given(9 * DAY, 20).until(12 * DAY);

      assertThat(evaluator.windows())
          .as("each that holds a vector, and no other")
          .containsExactly(
              Window.of(-2 * DAY, DAY, 20, false),
              Window.of(-DAY, 2 * DAY, 40, false),
              Window.ofDays(0, 3, 60),
              Window.ofDays(1, 4, 40),
              Window.ofDays(2, 5, 20),
              Window.ofDays(7, 10, 20),
              Window.ofDays(8, 11, 20),
              Window.ofDays(9, 12, 20));
    }
  }

  @Test
  void aPaneThatMayLackVectorsSpoilsEachWindowThatItIsAPartOf() throws Exception {
    try (Evaluator evaluator = new Evaluator(SLIDING)) {
      evaluator.given(0, 20).until(DAY).given(DAY, 20).until(2 * DAY).given(2 * DAY, 20);
      evaluator.until(3 * DAY).givenAfterGap(3 * DAY, 20).until(4 * DAY);
      for (int day = 4; day < 8; day++) {
        evaluator.given(day * DAY, 20).until((day + 1) * DAY);
      }

      assertThat(evaluator.windows())
          .extracting(Window::complete)
          .containsExactly(false, false, true, false, false, false, true, true);
    }
  }

  @Test
  void aPaneIsLateWhenItHasClosedThoughAWindowThatItWasAPartOfHasNot() throws Exception {
    try (Evaluator evaluator = new Evaluator(SLIDING)) {
      evaluator.given(0, 20).until(DAY).given(0, 5).given(DAY, 20).until(2 * DAY);

      assertThat(evaluator.windows()).extracting(Window::events).containsExactly(20L, 40L);
      assertThat(evaluator.harness.extractOutputValues())
          .filteredOn(metric -> metric.getMetric().equals("vectors"))
          .singleElement()
          .satisfies(
              late -> {
                assertThat(late.getLate()).isEqualTo(5);
                assertThat(late.getEvents()).isEqualTo(20);
                assertThat(late.getWindowEnd().toEpochMilli()).isEqualTo(DAY);
              });
    }
  }

  @Test
  void aWindowByCountEndsWithThePaneThatFillsIt() throws Exception {
    try (Evaluator evaluator = new Evaluator(COUNTED)) {
      evaluator.given(2 * HOUR, 60).given(3 * HOUR, 30).until(4 * HOUR);
      assertThat(evaluator.windows()).isEmpty();

      evaluator.given(9 * HOUR, 25).given(10 * HOUR, 250).given(11 * HOUR, 99).until(20 * HOUR);

      assertThat(evaluator.windows())
          .containsExactly(
              Window.of(2 * HOUR, 10 * HOUR, 115, true),
              Window.of(10 * HOUR, 11 * HOUR, 250, true));
    }
  }

  @Test
  void aWindowByCountThatMayLackVectorsIsNotEvaluated() throws Exception {
    try (Evaluator evaluator = new Evaluator(COUNTED)) {
      evaluator.given(0, 60).until(HOUR).givenAfterGap(HOUR, 60).given(2 * HOUR, 120);
      evaluator.until(3 * HOUR);

      assertThat(evaluator.windows())
          .containsExactly(
              Window.of(0, 2 * HOUR, 120, false), Window.of(2 * HOUR, 3 * HOUR, 120, true));
    }
  }

  /** Event time orders vectors, not when they come, nor in how many parts. */
  @Test
  void aReplayMakesTheSameWindowsAndIds() throws Exception {
    for (Watch watch : List.of(SLIDING, COUNTED)) {
      List<String> stepByStep;
      try (Evaluator evaluator = new Evaluator(watch)) {
        for (int pane = 0; pane < 40; pane++) {
          evaluator.given(pane * DAY, 20, pane < 20 ? 3 : 4).given(pane * DAY, 19, 3);
          evaluator.until((pane + 1) * DAY);
        }
        stepByStep = evaluator.said();
      }
      assertThat(stepByStep).anyMatch(said -> said.contains("\"state\": \"OPEN\""));
      List<Integer> order = new ArrayList<>();
      for (int part = 0; part < 80; part++) {
        order.add(part);
      }
      Collections.shuffle(order, new Random(7));
      try (Evaluator evaluator = new Evaluator(watch)) {
        for (int part : order) {
          long pane = part / 2;
          int vectors = part % 2 == 0 ? 20 : 19;
          evaluator.given(pane * DAY, vectors, part % 2 == 0 && pane >= 20 ? 4 : 3);
        }
        assertThat(evaluator.until(40 * DAY).said()).isEqualTo(stepByStep);
      }
    }
  }

  @Test
  void aRestartLosesNothing() throws Exception {
    for (Watch watch : List.of(SLIDING, COUNTED)) {
      List<String> whole;
      try (Evaluator evaluator = new Evaluator(watch)) {
        run(evaluator, 0, 30);
        whole = evaluator.said();
      }
      List<String> said = new ArrayList<>();
      OperatorSubtaskState state = OperatorSubtaskState.builder().build();
      for (int day = 0; day < 30; day++) {
        try (Evaluator evaluator = new Evaluator(watch, state)) {
          run(evaluator, day, day + 1);
          said.addAll(evaluator.said());
          state = evaluator.harness.snapshot(1, 1);
        }
      }

      assertThat(said).hasSizeGreaterThan(20).containsExactlyInAnyOrderElementsOf(whole);
    }
  }

  private static void run(Evaluator evaluator, int from, int to) throws Exception {
    for (int day = from; day < to; day++) {
      evaluator.given(day * DAY, 40, day < 10 ? 3 : 4).until((day + 1) * DAY);
    }
  }
}
