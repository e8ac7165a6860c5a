package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READINGS;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.view;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Window;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Idle keys are removed, and events come late: a value is the one over all that ever came, or it is
 * not known. The other values are counted here event by event, with whole numbers, and by no
 * engine.
 */
class IdleKeysProperties {
  private static final int MINUTE = 60_000;
  private static final List<String> KEYS = List.of("", "a", "b", "new");

  private record Event(String key, long time, int value) {}

  /**
   * @param sweep whether idle keys are removed behind it
   */
  private record Step(Event event, boolean sweep) {}

  @Property(tries = 500)
  void aValueIsTheOneOverAllThatEverCameOrItIsNotKnown(
      @ForAll("views") FeatureView view, @ForAll("steps") List<Step> steps) {
    Store store = new Store(view, 4);
    for (Step step : steps) {
      store.take(step);
      for (String key : KEYS) {
        for (long time : List.of(step.event().time(), step.event().time() + 7L * MINUTE)) {
          store.assertRightOrUnknown(key, time);
        }
      }
    }
  }

  @Property(tries = 300)
  void anEventThatIsLateByUpToTwiceTheGraceLosesNothingToRemovals(
      @ForAll("views") FeatureView view, @ForAll("steps") List<Step> steps) {
    Store store = new Store(view, 4);
    for (Step step : steps) {
      store.take(step);
      for (String key : KEYS) {
        long inTime = store.reached - 2 * view.grace().toMillis();
        assertThat(store.evaluate(key, inTime)).doesNotContain(NullReason.REMOVED);
        assertThat(store.evaluate(key, store.reached)).doesNotContain(NullReason.REMOVED);
      }
    }
  }

  /** A store that was closed and opened again has nothing but its entries. */
  @Property(tries = 200)
  void whatWasRemovedIsKnownFromTheEntriesAlone(
      @ForAll("views") FeatureView view, @ForAll("steps") List<Step> steps) {
    Store store = new Store(view, 0);
    for (Step step : steps) {
      store.take(step);
      store.engine = new ViewEngine(view, READINGS);
      for (String key : KEYS) {
        store.assertRightOrUnknown(key, step.event().time());
      }
    }
  }

  @Example
  void aLateEventOfARemovedKeyIsNotCountedAsItsFirst() {
    FeatureView view = view("1m,10m", "1ms", "0s", "1m", countOfEvents());
    Store store = new Store(view, 4);
    store.take(new Step(new Event("a", 0, 1), false));
    store.take(new Step(new Event("b", 13L * MINUTE, 1), true));
    assertThat(store.removed).isEqualTo(1);

    assertThat(store.take(new Step(new Event("a", 30_000, 1), false))).isFalse();
    assertThat(store.evaluate("a", 30_000)).containsExactly(NullReason.REMOVED, NullReason.REMOVED);
    assertThat(store.evaluate("a", MINUTE)).containsExactly(1L, NullReason.REMOVED);
    assertThat(store.take(new Step(new Event("a", 0, 1), false))).as("late").isTrue();
    assertThat(store.evaluate("new", 5L * MINUTE)).containsExactly(0L, NullReason.REMOVED);
    assertThat(store.evaluate("a", 13L * MINUTE)).containsExactly(0L, 0L);
  }

  /** The states of several keys, and all events that ever came. */
  private static final class Store {
    private final FeatureView view;
    private final EntriesInMemory entries = new EntriesInMemory();
    private final List<Event> came = new ArrayList<>();
    private ViewEngine engine;
    private long reached = Long.MIN_VALUE;
    private int removed;

    Store(FeatureView view, int cachedNodes) {
      this.view = view;
      this.engine = new ViewEngine(view, READINGS, cachedNodes, new StateTree.Shape(4, 2));
    }

    /** Whether the event came too late. */
    boolean take(Step step) {
      Event event = step.event();
      came.add(event);
      reached = Math.max(reached, event.time());
      boolean late =
          engine.update(
              entries,
              event.key().getBytes(UTF_8),
              KeyState.identified(
                  reading((double) event.value(), null), "e" + came.size(), event.time()));
      for (String key : step.sweep() ? KEYS : List.<String>of()) {
        removed += engine.removeIfIdle(entries, key.getBytes(UTF_8), reached * 1_000) ? 1 : 0;
      }
      return late;
    }

    Object[] evaluate(String key, long time) {
      return engine.evaluate(entries, key.getBytes(UTF_8), time * 1_000);
    }

    void assertRightOrUnknown(String key, long time) {
      Object[] found = evaluate(key, time);
      int column = 0;
      for (boolean sum : new boolean[] {false, true}) {
        for (Window window : view.windows()) {
          Object value = found[column++];
          if (!(value instanceof NullReason reason && reason.isUnknown())) {
            assertThat(value)
                .as("%s over %s of %s at %d", sum ? "sum" : "count", window, key, time)
                .isEqualTo(sum ? sum(key, window, time) : (Object) count(key, window, time));
          }
        }
      }
    }

    private List<Event> covered(String key, Window window, long time) {
      long resolution = view.resolution().toMillis();
      long head = Math.floorDiv(time - view.offset().toMillis(), resolution);
      long before = head - window.length().toMillis() / resolution;
      return came.stream()
          .filter(event -> event.key().equals(key))
          .filter(event -> Math.floorDiv(event.time(), resolution) <= head)
          .filter(event -> Math.floorDiv(event.time(), resolution) > before)
          .toList();
    }

    private long count(String key, Window window, long time) {
      return covered(key, window, time).size();
    }

    private Object sum(String key, Window window, long time) {
      List<Event> covered = covered(key, window, time);
      return covered.isEmpty()
          ? NullReason.NO_EVENT
          : (Object) (double) covered.stream().mapToLong(Event::value).sum();
    }
  }

  @Provide
  Arbitrary<FeatureView> views() {
    return Combinators.combine(
            Arbitraries.of("1m", "1m,10m", "2m,5m"),
            Arbitraries.of("1ms", "1s", "1m"),
            Arbitraries.of("0s", "3m"),
            Arbitraries.of("0s", "30s", "4m"))
        .as(
            (windows, resolution, offset, grace) ->
                view(
                    windows,
                    resolution,
                    offset,
                    grace,
                    countOfEvents(),
                    aggregation(AggregateFunctions.SUM, "value")));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Event> events =
        Combinators.combine(
                Arbitraries.of("", "a", "b"),
                Arbitraries.longs().between(-20L * MINUTE, 60L * MINUTE),
                Arbitraries.integers().between(-5, 5))
            .as(Event::new);
    return Combinators.combine(events, Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }
}
