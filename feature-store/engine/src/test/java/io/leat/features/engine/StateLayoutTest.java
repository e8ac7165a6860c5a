package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READINGS;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.aggregation.StateFormatException;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
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
          aggregation(AggregateFunctions.AVG, "value"),
          aggregation(AggregateFunctions.MAX, "value"),
          aggregation(AggregateFunctions.SUM, "value"));

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

  /** The same state, as a root of layout 2: no past, a leaf. Never edit. */
  private static final String GOLDEN_2 = "02" + "00" + "00" + GOLDEN.substring(2);

  /** The same state, as a root of layout 3: milliseconds and no past, a leaf. Never edit. */
  private static final String GOLDEN_3 = "03" + "00" + "00" + GOLDEN.substring(2);

  private static final Contract MICROS = Fixtures.readings("string", "timestamp-micros");

  @Test
  void bytesAreTheDocumentedOnes() {
    KeyState state = new KeyState(VIEW);

    state.update(reading(0.1, null), "a", 1_000);
    state.update(reading(0.2, null), "b", 1_999);
    state.update(reading(null, null), "c", 4_500);
    state.update(reading(-100.0, null), "d", 10_000);

    assertThat(HexFormat.of().formatHex(state.entries.get(KeyState.KEY))).isEqualTo(GOLDEN_3);
  }

  @Test
  void stateOfAnEarlierVersionGoesOnAsVersionThree() {
    for (String golden : List.of(GOLDEN, GOLDEN_2)) {
      KeyState state = state(HexFormat.of().parseHex(golden));

      state.update(reading(1.0, null), "e", 10_000);

      assertThat(state.entries.get(KeyState.KEY)).startsWith(3);
      assertThat(state.evaluate(10_000)).startsWith(5L, 5L);
    }
  }

  @Test
  void stateOfAnEarlierVersionIsRefusedWhereTheContractHasMicroseconds() {
    for (String golden : List.of(GOLDEN, GOLDEN_2)) {
      KeyState state = new KeyState(new ViewEngine(VIEW, MICROS), MICROS);
      state.entries.put(KeyState.KEY, HexFormat.of().parseHex(golden));

      assertThatThrownBy(() -> state.evaluate(0))
          .isInstanceOf(StateFormatException.class)
          .hasMessage(
              "state of view meter@1 has event times in milliseconds (layout version "
                  + golden.charAt(1)
                  + "), and its event's contract has microseconds, so that their order is not"
                  + " known. Give the view a new version, and 'backfill: true' to take its history"
                  + " from the offline tables");
    }
  }

  @Test
  void microsecondsAreFlaggedAndRefusedWhereTheContractHasMilliseconds() {
    FeatureView view = view("1m", "1ms", "0s", "0s", countOfEvents());
    KeyState micros = new KeyState(new ViewEngine(view, MICROS), MICROS);
    micros.update(new GenericData.Record(MICROS.schema()), "a", 1_000_001);

    byte[] state = micros.entries.get(KeyState.KEY);
    assertThat(HexFormat.of().formatHex(state))
        .isEqualTo(
            "03" // version
                + "02" // microseconds, no past
                + "00" // a leaf
                + "82897a" // newest event time, 1,000,001 us
                + "01" // one tile
                + "00" // that of the newest event: 1,000,001
                + "01"); // one event
    KeyState millis = new KeyState(view);
    millis.entries.put(KeyState.KEY, state);
    assertThatThrownBy(() -> millis.evaluate(0))
        .isInstanceOf(StateFormatException.class)
        .hasMessageContaining("has event times in microseconds (layout version 3)");
  }

  @Test
  void aSumBeyondTheDoublesHasAWidePart() {
    KeyState state =
        new KeyState(view("1m", "1s", "0s", "0s", aggregation(AggregateFunctions.SUM, "value")));
    state.update(reading(0x1p1000, null), "a", 0);
    state.update(reading(-3.0, null), "b", 0);

    assertThat(HexFormat.of().formatHex(state.entries.get(KeyState.KEY)))
        .isEqualTo(
            "03"
                + "00"
                + "00"
                + "00"
                + "01"
                + "00" // a leaf of one tile
                + "02" // two values
                + "81" // whose sum has one component and a wide part:
                + "c008000000000000" // -3
                + "cc18" // 2^3148, of 2^-2148 each,
                + "01"
                + "01"); // times 1
    assertThat(state.evaluate(0)).containsExactly(0x1p1000);
  }

  @Test
  void aWholeNumberThatNoDoubleHoldsIsTwo() {
    KeyState state =
        new KeyState(view("1m", "1s", "0s", "0s", aggregation(AggregateFunctions.SUM, "total")));
    GenericRecord reading = reading(null, null);
    reading.put("total", (1L << 53) + 1);
    state.update(reading, "a", 0);

    assertThat(HexFormat.of().formatHex(state.entries.get(KeyState.KEY)))
        .isEqualTo(
            "03"
                + "00"
                + "00"
                + "00"
                + "01"
                + "00" // a leaf of one tile
                + "01" // one value
                + "7ff8000000000000" // which is two doubles:
                + "4340000000000000" // 2^53
                + "3ff0000000000000"); // and 1
  }

  @Test
  void endsThatAnEarlierVersionOrderedAsTextsAreOrderedAsNumbers() {
    Contract numbered = Fixtures.readings("long", "timestamp-millis");
    FeatureView view =
        view(
            "1m",
            "1s",
            "0s",
            "0s",
            aggregation(AggregateFunctions.LAST_N, "label", ValueType.STRING, 3));
    KeyState state = new KeyState(new ViewEngine(view, numbered), numbered);
    String ends = "02" + ("00" + "0139" + "050178") + ("00" + "03313030" + "050179");
    state.entries.put(
        KeyState.KEY,
        HexFormat.of().parseHex("02" + "00" + "00" + "00" + "01" + "00" + "02" + ends));

    assertThat(state.evaluate(0)).containsExactly("y", "x", null); // ids 100, 9
  }

  @Test
  void aBusyKeyIsABranchAndLeaves() {
    KeyState state =
        new KeyState(
            new ViewEngine(
                view(
                    "1m",
                    "1s",
                    "0s",
                    "0s",
                    countOfEvents(),
                    aggregation(AggregateFunctions.LAST_N, "label", ValueType.STRING, 1)),
                READINGS,
                0,
                new StateTree.Shape(2, 2)));

    state.update(reading(null, null, "x"), "a", 1_000);
    state.update(reading(null, null, "y"), "b", 2_000);
    state.update(reading(null, null, "z"), "c", 20_000);

    assertThat(state.entries.asMap()).hasSize(3);
    assertThat(HexFormat.of().formatHex(state.entries.get(KeyState.KEY)))
        .isEqualTo(
            "03" // version
                + "00" // milliseconds, no past
                + "04" // a branch, whose blocks are of 2^4 tiles
                + "02" // two of them
                + "00" // index 0
                + "01" // summed
                + "02" // two events
                + "02" // two labels
                + "01" // of which the newest one is kept:
                + "a01f" // its time, 2,000 ms behind the block's beginning
                + "0162" // its id, b
                + "050179" // its value, y
                + "02" // index 1
                + "00"); // not summed
    assertThat(leaf(state, 0))
        .isEqualTo(
            "00" // a leaf
                + "a01f" // begin of its last tile, 2,000 ms
                + "02" // two tiles
                + ("01" + "01" + "01" + "050178" + "00" + "0161") // a
                + ("01" + "01" + "01" + "050179" + "00" + "0162")); // b
    assertThat(leaf(state, 1))
        .isEqualTo(
            "00" // a leaf
                + "c0b802" // newest event time, 20,000 ms
                + "01" // one tile
                + ("00" + "01" + "01" + "05017a" + "00" + "0163")); // c
  }

  @Test
  void aStateThatIsBegunWhereKeysWereRemovedSaysSoUntilNoWindowReachesThatFar() {
    KeyState state = new KeyState(view("1m", "1s", "0s", "0s", countOfEvents()));
    state.update(reading(null, null), "a", 10_000);
    assertThat(state.engine.removeIfIdle(state.entries, KeyState.KEY, 71_000_000)).isTrue();
    assertThat(state.content()).containsOnly(Map.entry("fffd", "0000000000989680")); // 10 s in us

    state.update(reading(null, null), "b", 20_000);
    assertThat(HexFormat.of().formatHex(state.entries.get(KeyState.KEY)))
        .isEqualTo(
            "04" // version
                + "04" // milliseconds, no past, and what was removed
                + "14" // up to tile 10
                + "00" // a leaf
                + "c0b802" // newest event time, 20,000 ms
                + "01" // one tile
                + "00" // that of the newest event: 20
                + "01"); // one event
    assertThat(state.valuesOrReasons(20_000)).containsExactly(NullReason.REMOVED);
    assertThat(state.valuesOrReasons(70_000)).containsExactly(1L);

    state.update(reading(null, null), "c", 80_000);
    assertThat(HexFormat.of().formatHex(state.entries.get(KeyState.KEY)))
        .isEqualTo("03" + "00" + "00" + "80e209" + "01" + "00" + "01");
  }

  private static String leaf(KeyState state, int index) {
    byte[] name =
        HexFormat.of().parseHex("ff6d657465722037" + "ff" + "04" + "800000000000000" + index);
    return HexFormat.of().formatHex(state.entries.get(name));
  }

  @Test
  void stateOfVersionOneIsRead() {
    Object[] values = state(golden()).evaluate(10_000);

    assertThat(values).containsExactly(4L, 4L, -99.7 / 3, -99.7 / 3, 0.2, 0.2, -99.7, -99.7);
  }

  @Test
  void unknownVersionIsRefusedWithWhatToDo() {
    byte[] state = golden();
    state[0] = 7;

    assertThatThrownBy(() -> state(state).evaluate(0))
        .isInstanceOf(StateFormatException.class)
        .hasMessage(
            "state of view meter@1 begins with layout version 7; this build reads versions up to 4."
                + " A newer build of Leat wrote it: run that one, or rebuild the view's state");
  }

  @Test
  void truncatedStateIsRefusedWhereverItEnds() {
    for (int length = 0; length < golden().length; length++) {
      byte[] state = Arrays.copyOf(golden(), length);
      assertThatThrownBy(() -> state(state).evaluate(0))
          .isInstanceOf(StateFormatException.class)
          .hasMessageContaining("meter@1 (" + length + " bytes) is damaged");
    }
  }

  @Test
  void bytesAfterTheLastTileAreRefused() {
    byte[] state = Arrays.copyOf(golden(), golden().length + 1);

    assertThatThrownBy(() -> state(state).evaluate(0))
        .isInstanceOf(StateFormatException.class)
        .hasMessageEndingWith("1 bytes follow its end");
  }

  private static KeyState state(byte[] bytes) {
    KeyState state = new KeyState(VIEW);
    state.entries.put(KeyState.KEY, bytes);
    return state;
  }

  private static byte[] golden() {
    return HexFormat.of().parseHex(GOLDEN);
  }
}
