package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READING;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Function;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The layout that {@code docs/reference/state-layout.md} describes, byte by byte. */
class StateLayoutTest {
  private static final FeatureView VIEW =
      view(
          "1m,1h",
          "1s",
          "0s",
          "0s",
          countOfEvents(),
          aggregation(Function.AVG, "value"),
          aggregation(Function.MAX, "value"),
          aggregation(Function.SUM, "value"));

  /** Four readings, the third without a value; written by layout version 1. Never edit. */
  private static final String GOLDEN =
      "01"
          + "a09c01" // newest event time, 10,000 ms
          + "03" // three tiles
          + "09" // tile 1: 9 before that of the newest event
          + "02" // two events
          + "02" // two values
          + "02" // whose sum has two components:
          + "3fd3333333333334" // 0.1 + 0.2, correctly rounded ...
          + "bc80000000000000" // ... and what is left: -2^-55
          + "3fc999999999999a" // greatest: 0.2
          + "03" // tile 4: 3 later
          + "01" // one event
          + "00" // no value
          + "06" // tile 10: 6 later
          + "01" // one event
          + "01" // one value
          + "c059000000000000"; // -100, which is sum and maximum

  @Test
  void bytesAreTheDocumentedOnes() {
    ViewEngine engine = new ViewEngine(VIEW, READING);

    byte[] state = engine.update(null, reading(0.1, null), "a", 1_000).state();
    state = engine.update(state, reading(0.2, null), "b", 1_999).state();
    state = engine.update(state, reading(null, null), "c", 4_500).state();
    state = engine.update(state, reading(-100.0, null), "d", 10_000).state();

    assertThat(HexFormat.of().formatHex(state)).isEqualTo(GOLDEN);
  }

  @Test
  void stateOfVersionOneIsRead() {
    Object[] values = new ViewEngine(VIEW, READING).evaluate(golden(), 10_000);

    assertThat(values).containsExactly(4L, 4L, -99.7 / 3, -99.7 / 3, 0.2, 0.2, -99.7, -99.7);
  }

  @Test
  void unknownVersionIsRefusedWithWhatToDo() {
    byte[] state = golden();
    state[0] = 7;

    assertThatThrownBy(() -> new ViewEngine(VIEW, READING).evaluate(state, 0))
        .isInstanceOf(StateFormatException.class)
        .hasMessage(
            "state of view meter@1 begins with layout version 7; this build reads version 1."
                + " A newer build of Leat wrote it: run that one, or rebuild the view's state");
  }

  @Test
  void truncatedStateIsRefusedWhereverItEnds() {
    ViewEngine engine = new ViewEngine(VIEW, READING);
    for (int length = 0; length < golden().length; length++) {
      byte[] state = Arrays.copyOf(golden(), length);
      assertThatThrownBy(() -> engine.evaluate(state, 0))
          .isInstanceOf(StateFormatException.class)
          .hasMessageContaining("meter@1 (" + length + " bytes) is damaged");
    }
  }

  @Test
  void bytesAfterTheLastTileAreRefused() {
    byte[] state = Arrays.copyOf(golden(), golden().length + 1);

    assertThatThrownBy(() -> new ViewEngine(VIEW, READING).evaluate(state, 0))
        .isInstanceOf(StateFormatException.class)
        .hasMessageEndingWith("1 bytes follow its last tile");
  }

  private static byte[] golden() {
    return HexFormat.of().parseHex(GOLDEN);
  }
}
