package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READING;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.where;
import static io.leat.features.engine.Fixtures.withDefault;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.engine.NaiveView.Event;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.FeatureView.Aggregation;
import io.leat.pipeline.FeatureView.Function;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Laws of the engine over any windows, resolution, offset and grace, and events in any order, late
 * ones and ties among them.
 */
class ViewEngineProperties {
  private static final List<Aggregation> AGGREGATIONS =
      List.of(
          countOfEvents(),
          aggregation(Function.COUNT, "value"),
          aggregation(Function.SUM, "value"),
          aggregation(Function.AVG, "value"),
          aggregation(Function.MIN, "value"),
          aggregation(Function.MAX, "value"),
          withDefault(aggregation(Function.AVG, "flag"), -1));

  private static final List<Aggregation> FILTERED =
      List.of(
          where(countOfEvents(), "flag"),
          aggregation(Function.SUM, "value"),
          where(aggregation(Function.AVG, "value"), "flag"),
          where(withDefault(aggregation(Function.MAX, "value"), 0.5), "flag"),
          aggregation(Function.MIN, "flag"));

  @Property(tries = 400)
  void everyValueIsWhatTheEventsSay(
      @ForAll("views") FeatureView view,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    followsNaive(view, history, r);
  }

  @Property(tries = 60)
  void everyFilteredValueIsWhatTheEventsSay(
      @ForAll("filteredViews") FeatureView view,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    followsNaive(view, history, r);
  }

  /** After each arrival: the same verdict, and the same values at any time. */
  private static void followsNaive(FeatureView view, List<Event> history, Random random) {
    ViewEngine engine = new ViewEngine(view, READING);
    NaiveView naive = new NaiveView(view);
    byte[] state = null;
    for (Event event : history) {
      boolean late = naive.isLate(event);
      ViewEngine.Update update = update(engine, state, event);
      assertThat(update.late()).isEqualTo(late);
      if (late) {
        assertThat(update.state()).isSameAs(state);
      }
      // Late events are given to the naive view too: they change no value from here on.
      naive.add(event);
      state = update.state();
      assertThat(engine.evaluate(state, event.time()))
          .containsExactly(array(naive.evaluate(event.time())));
      long anyTime = naive.newest() - 3_000 + random.nextInt(7_000);
      assertThat(engine.evaluate(state, anyTime)).containsExactly(array(naive.evaluate(anyTime)));
    }
  }

  @Property(tries = 400)
  void orderOfArrivalChangesNoByte(
      @ForAll("views") FeatureView view,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    ViewEngine engine = new ViewEngine(view, READING);
    List<Event> shuffled = new ArrayList<>(history);
    Collections.shuffle(shuffled, r);
    assertThat(fold(engine, shuffled)).isEqualTo(fold(engine, history));
  }

  @Property(tries = 400)
  void decodedAndEncodedAgainAStateIsTheSame(
      @ForAll("views") FeatureView view, @ForAll("histories") List<Event> history) {
    byte[] state = fold(new ViewEngine(view, READING), history);
    List<Measure> measures = Measure.of(view.aggregations());
    StateCodec codec = new StateCodec(view.id(), measures);
    Tiles tiles = new Tiles(measures);
    long resolution = view.resolution().toMillis();
    long newest = codec.decode(state, resolution, tiles);
    assertThat(codec.encode(newest, resolution, tiles, 0)).isEqualTo(state);
  }

  @Property(tries = 400)
  void aStepIsAnUpdateThenAnEvaluation(
      @ForAll("views") FeatureView view, @ForAll("histories") List<Event> history) {
    ViewEngine engine = new ViewEngine(view, READING);
    byte[] state = null;
    for (Event event : history) {
      ViewEngine.Step step =
          engine.updateAndEvaluate(
              state, reading(event.value(), event.flag()), "any", event.time());
      ViewEngine.Update update = update(engine, state, event);
      assertThat(step.state()).isEqualTo(update.state());
      assertThat(step.late()).isEqualTo(update.late());
      assertThat(step.values()).containsExactly(engine.evaluate(update.state(), event.time()));
      state = update.state();
    }
  }

  @Property(tries = 300)
  void aStateHoldsNoMoreTilesThanItsWindowsNeed(
      @ForAll("views") FeatureView view, @ForAll("histories") List<Event> history) {
    byte[] state = fold(new ViewEngine(view, READING), history);
    List<Measure> measures = Measure.of(view.aggregations());
    Tiles tiles = new Tiles(measures);
    long resolution = view.resolution().toMillis();
    long newest = new StateCodec(view.id(), measures).decode(state, resolution, tiles);
    long kept = Collections.max(view.windows()).plus(view.offset()).plus(view.grace()).toMillis();
    for (int tile = 0; tile < tiles.size; tile++) {
      assertThat((tiles.index[tile] + 1) * resolution).isGreaterThan(newest - kept);
    }
  }

  private static byte[] fold(ViewEngine engine, List<Event> events) {
    byte[] state = null;
    for (Event event : events) {
      state = update(engine, state, event).state();
    }
    return state;
  }

  private static ViewEngine.Update update(ViewEngine engine, byte @Nullable [] state, Event event) {
    return engine.update(state, reading(event.value(), event.flag()), "any", event.time());
  }

  private static @Nullable Object[] array(List<@Nullable Object> values) {
    return values.toArray();
  }

  @Provide
  Arbitrary<FeatureView> views() {
    return views(AGGREGATIONS);
  }

  @Provide
  Arbitrary<FeatureView> filteredViews() {
    return views(FILTERED);
  }

  private static Arbitrary<FeatureView> views(List<Aggregation> aggregations) {
    Arbitrary<Integer> resolution = Arbitraries.of(1, 1, 7, 100, 1_000);
    Arbitrary<Integer> offsetTiles = Arbitraries.of(0, 0, 1, 5);
    Arbitrary<Integer> grace = Arbitraries.of(0, 1, 150, 2_000);
    Arbitrary<List<Integer>> windowTiles =
        Arbitraries.of(1, 2, 3, 10, 90, 500).list().uniqueElements().ofMinSize(1).ofMaxSize(3);
    Arbitrary<List<Aggregation>> some =
        Arbitraries.subsetOf(aggregations)
            .filter(chosen -> !chosen.isEmpty())
            .map(chosen -> aggregations.stream().filter(chosen::contains).toList());
    return Combinators.combine(resolution, offsetTiles, grace, windowTiles, some)
        .as(
            (r, d, g, w, a) ->
                Fixtures.view(
                    w.stream().sorted().map(n -> Duration.ofMillis((long) n * r)).toList(),
                    Duration.ofMillis(r),
                    Duration.ofMillis((long) d * r),
                    Duration.ofMillis(g),
                    a));
  }

  @Provide
  Arbitrary<List<Event>> histories() {
    Arbitrary<Long> times =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-2_000, 3_000),
            Arbitraries.of(-1L, 0L, 1L, 1_000L), // ties and edges
            Arbitraries.longs().between(-50, 50));
    Arbitrary<@Nullable Double> values =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(-9_999, 9_999).map(i -> i / 100.0)),
            Tuple.of(2, Arbitraries.doubles().between(-1e18, 1e18).ofScale(6)),
            Tuple.of(
                2,
                Arbitraries.of(
                    1e200, -1e200, 1e-300, Double.MIN_VALUE, 0.1, 0.2, -0.0, 0.0, 1.0, -1.0)),
            Tuple.of(
                1,
                Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.MAX_VALUE, -0x1p960)));
    return Combinators.combine(
            times,
            values.injectNull(0.1),
            Arbitraries.of(Boolean.TRUE, Boolean.FALSE).injectNull(0.1))
        .as(Event::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }
}
