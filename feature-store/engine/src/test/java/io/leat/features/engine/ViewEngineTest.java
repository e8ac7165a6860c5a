package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READINGS;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.view;
import static io.leat.features.engine.Fixtures.where;
import static io.leat.features.engine.Fixtures.withDefault;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.schemas.ValueType;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class ViewEngineTest {
  @Test
  void columnsAreEachAggregationOverEachWindow() {
    ViewEngine engine =
        engine(
            view(
                "1h,1d",
                "1s",
                "0s",
                "0s",
                countOfEvents(),
                aggregation(AggregateFunctions.AVG, "value")));

    assertThat(engine.columns())
        .containsExactly("readings_1h", "readings_1d", "avg_value_1h", "avg_value_1d");
  }

  @Test
  void aKeyWithoutStateHasCountsOfZeroDefaultsAndNulls() {
    ViewEngine engine =
        engine(
            view(
                "1h",
                "1s",
                "0s",
                "0s",
                countOfEvents(),
                aggregation(AggregateFunctions.SUM, "value"),
                withDefault(aggregation(AggregateFunctions.AVG, "flag"), 0)));

    assertThat(new KeyState(engine).evaluate(0)).containsExactly(0L, null, 0.0);
  }

  @Test
  void anExactWindowExcludesItsBeginningAndIncludesItsEnd() {
    ViewEngine engine = engine(view("100ms", "1ms", "0s", "1s", countOfEvents()));

    KeyState state = new KeyState(engine);
    state.update(reading(1.0, null), "a", 1_000);

    assertThat(state.evaluate(999)).containsExactly(0L);
    assertThat(state.evaluate(1_000)).containsExactly(1L);
    assertThat(state.evaluate(1_099)).containsExactly(1L);
    assertThat(state.evaluate(1_100)).containsExactly(0L);
  }

  @Test
  void theHeadTileCountsWhole() {
    ViewEngine engine = engine(view("2s", "1s", "0s", "1s", countOfEvents()));

    KeyState state = new KeyState(engine);
    state.update(reading(1.0, null), "a", 1_900);

    assertThat(state.evaluate(999)).containsExactly(0L);
    assertThat(state.evaluate(1_000)).containsExactly(1L);
    assertThat(state.evaluate(2_999)).containsExactly(1L);
    assertThat(state.evaluate(3_000)).containsExactly(0L);
  }

  @Test
  void anOffsetEndsEveryWindowThatMuchEarlier() {
    ViewEngine engine = engine(view("1d", "1ms", "7d", "0s", countOfEvents()));
    long day = 86_400_000;

    KeyState state = new KeyState(engine);
    state.update(reading(1.0, null), "a", 0);

    assertThat(state.evaluate(7 * day - 1)).containsExactly(0L);
    assertThat(state.evaluate(7 * day)).containsExactly(1L);
    assertThat(state.evaluate(8 * day - 1)).containsExactly(1L);
    assertThat(state.evaluate(8 * day)).containsExactly(0L);
  }

  @Test
  void aLateEventFoldsIntoItsTileWhileAWindowPlusGraceCoversIt() {
    ViewEngine engine = engine(view("1s,10s", "1s", "0s", "5s", countOfEvents()));
    KeyState state = new KeyState(engine);
    state.update(reading(1.0, null), "a", 20_000);

    assertThat(state.update(reading(1.0, null), "b", 6_000)).isFalse();
    assertThat(state.evaluate(15_000)).containsExactly(0L, 1L);
    assertThat(state.evaluate(6_000)).containsExactly(1L, null);

    byte[] before = state.entries.get(KeyState.KEY);
    assertThat(state.update(reading(1.0, null), "c", 5_999)).isTrue();
    assertThat(state.entries.get(KeyState.KEY)).isSameAs(before);
  }

  @Test
  void anEventThatEveryAggregationPassesOverChangesNothing() {
    ViewEngine engine =
        engine(view("1s", "1s", "0s", "0s", aggregation(AggregateFunctions.SUM, "value")));
    KeyState state = new KeyState(engine);
    state.update(reading(Double.NaN, null), "a", 10_000);

    assertThat(state.entries.asMap()).isEmpty();
    assertThat(state.update(reading(1.0, null), "b", 8_000)).isFalse();
    assertThat(state.evaluate(8_000)).containsExactly(1.0);
  }

  @Test
  void sumsAreExactHoweverTheyCancel() {
    ViewEngine engine =
        engine(view("1h", "1h", "0s", "0s", aggregation(AggregateFunctions.SUM, "value")));
    KeyState state = new KeyState(engine);
    for (double value : new double[] {1e200, 0.1, -1e200, 0.2, 1.0}) {
      state.update(reading(value, null), "any", 0);
    }

    assertThat(state.evaluate(0)).containsExactly(1.3);
  }

  @Test
  void ofThreeTicksWithinAMillisecondTheLastIsTheNewest() {
    Contract micros = Fixtures.readings("string", "timestamp-micros");
    KeyState state =
        new KeyState(
            new ViewEngine(
                view(
                    "1d",
                    "1ms",
                    "0s",
                    "1s",
                    countOfEvents(),
                    aggregation(AggregateFunctions.LAST, "value", ValueType.DOUBLE),
                    aggregation(AggregateFunctions.DELTA, "value"),
                    Fixtures.ofEvents("since", AggregateFunctions.TIME_SINCE_LAST)),
                micros),
            micros);
    long second = 1_700_000_000_000_000L;
    for (Object[] tick :
        new Object[][] {
          {"z", second + 100, 1.0}, {"b", second + 500, 2.0}, {"a", second + 900, 3.0}
        }) {
      GenericRecord reading = new GenericData.Record(micros.schema());
      reading.put("value", tick[2]);
      state.update(reading, tick[0], (long) tick[1]);
    }

    assertThat(state.evaluate(second + 900)).containsExactly(3L, 3.0, 1.0, 0.0004);
    assertThat(state.evaluate(second + 899)).containsExactly(2L, 2.0, 1.0, 0.000399);
    assertThat(state.evaluate(second + 99)).containsExactly(0L, null, null, null);
  }

  @Test
  void idsThatAreNumbersAreOrderedAsNumbers() {
    Contract numbered = Fixtures.readings("long", "timestamp-millis");
    KeyState state =
        new KeyState(
            new ViewEngine(
                view(
                    "1d",
                    "1s",
                    "0s",
                    "0s",
                    aggregation(AggregateFunctions.FIRST, "value", ValueType.DOUBLE),
                    aggregation(AggregateFunctions.LAST, "value", ValueType.DOUBLE)),
                numbered),
            numbered);
    for (long id : new long[] {10, 100, 9, 11}) {
      GenericRecord reading = new GenericData.Record(numbered.schema());
      reading.put("value", (double) id);
      state.update(reading, id, 0);
    }

    assertThat(state.evaluate(0)).containsExactly(9.0, 100.0);
  }

  @Test
  void numbersOfAnyMagnitudeCountAndAreRoundedOnce() {
    KeyState state =
        new KeyState(
            view(
                "1h",
                "1h",
                "0s",
                "0s",
                aggregation(AggregateFunctions.SUM, "value"),
                aggregation(AggregateFunctions.AVG, "value"),
                aggregation(AggregateFunctions.MIN, "value"),
                aggregation(AggregateFunctions.VARIANCE, "value"),
                aggregation(AggregateFunctions.STDDEV, "value"),
                aggregation(AggregateFunctions.EWMA, "value", ValueType.DOUBLE, 1_000),
                aggregation(AggregateFunctions.DELTA, "value")));
    state.update(reading(1e308, null), "a", 0);
    state.update(reading(1e308, null), "b", 0);
    assertThat(state.evaluate(0)).containsExactly(null, 1e308, 1e308, 0.0, 0.0, 1e308, 0.0);

    state.update(reading(-1e308, null), "c", 0);
    assertThat(state.evaluate(0))
        .containsExactly(1e308, 1e308 / 3, -1e308, null, 1.1547005383792515e308, 1e308 / 3, null);
  }

  @Test
  void sumsOfLongsKeepEveryDigitUntilTheyAreRounded() {
    FeatureView view =
        view(
            "1h",
            "1h",
            "0s",
            "1d",
            aggregation(AggregateFunctions.SUM, "total"),
            aggregation(AggregateFunctions.AVG, "total"),
            aggregation(AggregateFunctions.VARIANCE, "total"),
            aggregation(AggregateFunctions.DELTA, "total"),
            aggregation(AggregateFunctions.LAST, "total", ValueType.LONG));
    KeyState state = new KeyState(view);
    long big = 1L << 60;
    for (long total : new long[] {big + 1, big + 2, big + 3, -3 * big}) {
      GenericRecord reading = reading(null, null);
      reading.put("total", total);
      state.update(reading, "" + total, total == -3 * big ? 7_200_000 : total - big);
    }

    assertThat(state.evaluate(0)).containsExactly(3.0 * big, (double) big, 1.0, 1.0, big + 3);
  }

  @Test
  void aFilterThatIsNullOrFailsPassesTheEventOver() {
    ViewEngine engine =
        engine(
            view(
                "1h",
                "1s",
                "0s",
                "0s",
                where(countOfEvents(), "value > 1"),
                where(
                    aggregation(AggregateFunctions.MAX, "value"),
                    "flag && 1 / (value > 5.0 ? 0 : 1) == 1")));

    KeyState state = new KeyState(engine);
    state.update(reading(2.0, true), "a", 0);
    state.update(reading(null, null), "b", 0);
    state.update(reading(9.0, true), "c", 0);

    assertThat(state.evaluate(0)).containsExactly(2L, 2.0);
    assertThat(engine.failedFilters()).isEqualTo(1);
  }

  @Test
  void everyNumericTypeWidensToADouble() {
    Schema schema =
        SchemaBuilder.record("Wide")
            .fields()
            .requiredInt("i")
            .requiredLong("l")
            .requiredFloat("f")
            .requiredDouble("d")
            .requiredBoolean("b")
            .requiredString("id")
            .requiredLong("at")
            .endRecord();
    GenericRecord event = new GenericData.Record(schema);
    event.put("i", -3);
    event.put("l", (1L << 53) + 1);
    event.put("f", 0.5f);
    event.put("d", 12.34);
    event.put("b", true);
    ViewEngine engine =
        new ViewEngine(
            view(
                "1h",
                "1s",
                "0s",
                "0s",
                aggregation(AggregateFunctions.SUM, "i"),
                aggregation(AggregateFunctions.SUM, "l"),
                aggregation(AggregateFunctions.SUM, "f"),
                aggregation(AggregateFunctions.SUM, "d"),
                aggregation(AggregateFunctions.SUM, "b")),
            Fixtures.contract(schema));

    KeyState state = new KeyState(engine);
    state.update(event, "a", 0);

    assertThat(state.evaluate(0)).containsExactly(-3.0, 0x1p53, 0.5, 12.34, 1.0);
  }

  @Test
  void timesAtTheEndsOfTheRangeDoNotWrapAround() {
    Contract micros = Fixtures.readings("string", "timestamp-micros");
    GenericRecord reading = new GenericData.Record(micros.schema());
    KeyState state =
        new KeyState(
            new ViewEngine(view("1d", "1ms", "7d", "1d", countOfEvents()), micros), micros);
    state.update(reading, "a", Long.MIN_VALUE);
    state.update(reading, "b", Long.MIN_VALUE + 1);
    assertThat(state.evaluate(Long.MIN_VALUE)).containsExactly(0L);

    state.update(reading, "c", Long.MAX_VALUE);
    assertThat(state.evaluate(Long.MAX_VALUE)).containsExactly(0L);
    assertThat(state.update(reading, "d", 0)).isTrue();
  }

  @Test
  void anUnknownFieldIsRefusedWithTheFieldsThereAre() {
    FeatureView view = view("1h", "1s", "0s", "0s", aggregation(AggregateFunctions.SUM, "vlaue"));

    assertThatThrownBy(() -> engine(view))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "event io.leat.test.Reading has no field vlaue; it has value, flag, label, total, id,"
                + " at");
  }

  @Test
  void aWindowThatIsNoMultipleOfTheResolutionIsRefused() {
    assertThatThrownBy(() -> engine(view("1500ms", "1s", "0s", "0s", countOfEvents())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("view meter@1 has window 1500ms, which is not a multiple of its resolution");
  }

  @Test
  void anEventOfAnotherSchemaIsRefused() {
    Schema other = SchemaBuilder.record("Other").fields().requiredDouble("value").endRecord();
    ViewEngine engine = engine(view("1h", "1s", "0s", "0s", countOfEvents()));

    assertThatThrownBy(() -> new KeyState(engine).update(new GenericData.Record(other), "a", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the event has schema Other");
  }

  @Test
  void listsAreOneColumnAValue() {
    FeatureView view =
        view(
            "1h,lifetime",
            "1s",
            "0s",
            "0s",
            aggregation(AggregateFunctions.LAST_N, "label", ValueType.STRING, 2),
            aggregation(AggregateFunctions.TOP_K, "value", ValueType.DOUBLE, 1));

    assertThat(engine(view).columns())
        .containsExactly(
            "last_n_label_2.0_1h_1",
            "last_n_label_2.0_1h_2",
            "last_n_label_2.0_lifetime_1",
            "last_n_label_2.0_lifetime_2",
            "top_k_value_1.0_1h_1",
            "top_k_value_1.0_lifetime_1");
  }

  @Test
  void aLifetimeRemembersWhatNoOtherWindowCovers() {
    KeyState state =
        new KeyState(
            view("1s,lifetime", "1s", "0s", "0s", aggregation(AggregateFunctions.MAX, "value")));
    for (int second = 0; second < 1_000; second++) {
      state.update(reading(1_000.0 - second, null), "r" + second, second * 1_000L);
    }

    assertThat(state.evaluate(999_000)).containsExactly(1.0, 1_000.0);
    assertThat(state.update(reading(5_000.0, null), "late", 3_000)).isFalse();
    assertThat(state.evaluate(999_000)).containsExactly(1.0, 5_000.0);
    assertThat(state.entries.asMap()).hasSize(1);
  }

  @Test
  void aLifetimeLosesNothingOfABusyKeyWhicheverPartsAreKeptDecoded() {
    FeatureView view =
        view(
            "10s,lifetime",
            "1ms",
            "0s",
            "1s",
            countOfEvents(),
            aggregation(AggregateFunctions.SUM, "value"));
    for (int cachedNodes : new int[] {0, 5, 1_000}) {
      KeyState state = new KeyState(new ViewEngine(view, READINGS, cachedNodes));
      Random random = new Random(3);
      double sum = 0;
      long time = 0;
      for (int i = 1; i <= 20_000; i++) {
        time += random.nextInt(i % 5_000 < 1_000 ? 2 : 40); // bursts, and quieter times
        sum += i % 100;
        boolean late = random.nextInt(50) == 0;
        state.update(reading(i % 100.0, null), "r" + i, late ? time - 20_000 : time);
        if (i % 1_000 == 0) {
          ViewEngine another = new ViewEngine(view, READINGS); // which sees what is written alone
          assertThat(another.evaluate(state.entries, KeyState.KEY, time * 1_000))
              .containsExactly(state.evaluate(time))
              .contains((long) i, sum);
        }
      }
    }
  }

  @Test
  void timeSinceTheLastEventDoesNotCountTheEventOfTheMoment() {
    KeyState state =
        new KeyState(
            view(
                "1h",
                "1ms",
                "0s",
                "0s",
                Fixtures.ofEvents("since", AggregateFunctions.TIME_SINCE_LAST)));

    state.update(reading(1.0, null), "a", 1_000);
    assertThat(state.evaluate(1_000)).containsExactly((Object) null);
    assertThat(state.evaluate(1_500)).containsExactly(0.5);
    state.update(reading(1.0, null), "b", 4_000);
    state.update(reading(1.0, null), "c", 4_000);
    assertThat(state.evaluate(4_000)).containsExactly(3.0);
  }

  @Test
  void aMillionAdditionsAndExpiriesLeaveNoError() {
    KeyState state =
        new KeyState(
            new ViewEngine(
                view(
                    "1s",
                    "1ms",
                    "0s",
                    "0s",
                    aggregation(AggregateFunctions.SUM, "value"),
                    aggregation(AggregateFunctions.VARIANCE, "value")),
                READINGS,
                64));
    Random random = new Random(7);
    int events = 1_000_000;
    for (int i = 0; i < events; i++) {
      boolean last = i >= events - 1_000;
      double value = last ? i % 10 : random.nextGaussian() * Math.pow(10, random.nextInt(16));
      state.update(reading(value, null), "any", i);
    }

    assertThat(state.evaluate(events - 1)).containsExactly(4_500.0, 8_250.0 / 999);
  }

  private static ViewEngine engine(FeatureView view) {
    return new ViewEngine(view, READINGS);
  }
}
