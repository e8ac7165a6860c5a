package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READING;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.view;
import static io.leat.features.engine.Fixtures.where;
import static io.leat.features.engine.Fixtures.withDefault;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Function;
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
            view("1h,1d", "1s", "0s", "0s", countOfEvents(), aggregation(Function.AVG, "value")));

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
                aggregation(Function.SUM, "value"),
                withDefault(aggregation(Function.AVG, "flag"), 0)));

    assertThat(engine.evaluate(null, 0)).containsExactly(0L, null, 0.0);
  }

  @Test
  void anExactWindowExcludesItsBeginningAndIncludesItsEnd() {
    ViewEngine engine = engine(view("100ms", "1ms", "0s", "1s", countOfEvents()));

    byte[] state = engine.update(null, reading(1.0, null), "a", 1_000).state();

    assertThat(engine.evaluate(state, 999)).containsExactly(0L);
    assertThat(engine.evaluate(state, 1_000)).containsExactly(1L);
    assertThat(engine.evaluate(state, 1_099)).containsExactly(1L);
    assertThat(engine.evaluate(state, 1_100)).containsExactly(0L);
  }

  @Test
  void theHeadTileCountsWhole() {
    ViewEngine engine = engine(view("2s", "1s", "0s", "1s", countOfEvents()));

    byte[] state = engine.update(null, reading(1.0, null), "a", 1_900).state();

    assertThat(engine.evaluate(state, 999)).containsExactly(0L);
    assertThat(engine.evaluate(state, 1_000)).containsExactly(1L);
    assertThat(engine.evaluate(state, 2_999)).containsExactly(1L);
    assertThat(engine.evaluate(state, 3_000)).containsExactly(0L);
  }

  @Test
  void anOffsetEndsEveryWindowThatMuchEarlier() {
    ViewEngine engine = engine(view("1d", "1ms", "7d", "0s", countOfEvents()));
    long day = 86_400_000;

    byte[] state = engine.update(null, reading(1.0, null), "a", 0).state();

    assertThat(engine.evaluate(state, 7 * day - 1)).containsExactly(0L);
    assertThat(engine.evaluate(state, 7 * day)).containsExactly(1L);
    assertThat(engine.evaluate(state, 8 * day - 1)).containsExactly(1L);
    assertThat(engine.evaluate(state, 8 * day)).containsExactly(0L);
  }

  @Test
  void aLateEventFoldsIntoItsTileWhileAWindowPlusGraceCoversIt() {
    ViewEngine engine = engine(view("1s,10s", "1s", "0s", "5s", countOfEvents()));
    byte[] state = engine.update(null, reading(1.0, null), "a", 20_000).state();

    ViewEngine.Update covered = engine.update(state, reading(1.0, null), "b", 6_000);
    assertThat(covered.late()).isFalse();
    assertThat(engine.evaluate(covered.state(), 15_000)).containsExactly(0L, 1L);
    assertThat(engine.evaluate(covered.state(), 6_000)).containsExactly(1L, null);

    ViewEngine.Update late = engine.update(state, reading(1.0, null), "c", 5_999);
    assertThat(late.late()).isTrue();
    assertThat(late.state()).isSameAs(state);
  }

  @Test
  void anEventThatIsPassedOverStillMovesTheKeysTime() {
    ViewEngine engine = engine(view("1s", "1s", "0s", "0s", aggregation(Function.SUM, "value")));
    byte[] state = engine.update(null, reading(Double.NaN, null), "a", 10_000).state();

    assertThat(engine.evaluate(state, 10_000)).containsExactly((Object) null);
    assertThat(engine.update(state, reading(1.0, null), "b", 8_000).late()).isTrue();
  }

  @Test
  void sumsAreExactHoweverTheyCancel() {
    ViewEngine engine = engine(view("1h", "1h", "0s", "0s", aggregation(Function.SUM, "value")));
    byte[] state = null;
    for (double value : new double[] {1e200, 0.1, -1e200, 0.2, 1.0}) {
      state = engine.update(state, reading(value, null), "any", 0).state();
    }

    assertThat(engine.evaluate(state, 0)).containsExactly(1.3);
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
                    aggregation(Function.MAX, "value"), "flag && 1 / (value > 5.0 ? 0 : 1) == 1")));

    byte[] state = engine.update(null, reading(2.0, true), "a", 0).state();
    state = engine.update(state, reading(null, null), "b", 0).state();
    state = engine.update(state, reading(9.0, true), "c", 0).state();

    assertThat(engine.evaluate(state, 0)).containsExactly(2L, 2.0);
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
                aggregation(Function.SUM, "i"),
                aggregation(Function.SUM, "l"),
                aggregation(Function.SUM, "f"),
                aggregation(Function.SUM, "d"),
                aggregation(Function.SUM, "b")),
            schema);

    byte[] state = engine.update(null, event, "a", 0).state();

    assertThat(engine.evaluate(state, 0)).containsExactly(-3.0, 0x1p53, 0.5, 12.34, 1.0);
  }

  @Test
  void timesAtTheEndsOfTheRangeDoNotWrapAround() {
    ViewEngine engine = engine(view("1d", "1ms", "7d", "1d", countOfEvents()));

    byte[] state = engine.update(null, reading(1.0, null), "a", Long.MIN_VALUE).state();
    state = engine.update(state, reading(1.0, null), "b", Long.MIN_VALUE + 1).state();
    assertThat(engine.evaluate(state, Long.MIN_VALUE)).containsExactly(0L);

    state = engine.update(state, reading(1.0, null), "c", Long.MAX_VALUE).state();
    assertThat(engine.evaluate(state, Long.MAX_VALUE)).containsExactly(0L);
    assertThat(engine.update(state, reading(1.0, null), "d", 0).late()).isTrue();
  }

  @Test
  void anUnknownFieldIsRefusedWithTheFieldsThereAre() {
    FeatureView view = view("1h", "1s", "0s", "0s", aggregation(Function.SUM, "vlaue"));

    assertThatThrownBy(() -> engine(view))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("event io.leat.test.Reading has no field vlaue; it has value, flag");
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

    assertThatThrownBy(() -> engine.update(null, new GenericData.Record(other), "a", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the event has schema Other");
  }

  private static ViewEngine engine(FeatureView view) {
    return new ViewEngine(view, READING);
  }
}
