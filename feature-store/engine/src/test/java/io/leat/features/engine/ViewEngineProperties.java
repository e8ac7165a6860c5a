package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READINGS;
import static io.leat.features.engine.Fixtures.aggregation;
import static io.leat.features.engine.Fixtures.countOfEvents;
import static io.leat.features.engine.Fixtures.ofEvents;
import static io.leat.features.engine.Fixtures.reading;
import static io.leat.features.engine.Fixtures.where;
import static io.leat.features.engine.Fixtures.withDefault;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.engine.NaiveView.Event;
import io.leat.features.engine.StateTree.Shape;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.schemas.ValueType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Laws of the engine over any windows, resolution, offset and grace, and events in any order, late
 * ones and ties among them.
 */
class ViewEngineProperties {
  private static final int LIFETIME = Integer.MAX_VALUE;

  private static final List<Aggregation> AGGREGATIONS =
      List.of(
          countOfEvents(),
          aggregation(AggregateFunctions.COUNT, "value"),
          aggregation(AggregateFunctions.SUM, "value"),
          aggregation(AggregateFunctions.AVG, "value"),
          aggregation(AggregateFunctions.MIN, "value"),
          aggregation(AggregateFunctions.MAX, "value"),
          aggregation(AggregateFunctions.VARIANCE, "value"),
          aggregation(AggregateFunctions.STDDEV, "value"),
          withDefault(aggregation(AggregateFunctions.AVG, "flag"), -1),
          aggregation(AggregateFunctions.FIRST, "value", ValueType.DOUBLE),
          aggregation(AggregateFunctions.LAST, "label", ValueType.STRING),
          aggregation(AggregateFunctions.LATEST, "value", ValueType.DOUBLE),
          aggregation(AggregateFunctions.LAST_N, "label", ValueType.STRING, 3),
          aggregation(AggregateFunctions.LAST_N, "value", ValueType.DOUBLE, 2),
          aggregation(AggregateFunctions.COUNT_DISTINCT, "label", ValueType.LONG),
          aggregation(AggregateFunctions.COUNT_DISTINCT, "value", ValueType.LONG),
          aggregation(AggregateFunctions.QUANTILE, "value", ValueType.DOUBLE, 0.9),
          aggregation(AggregateFunctions.QUANTILE, "value", ValueType.DOUBLE, 0),
          aggregation(AggregateFunctions.TOP_K, "label", ValueType.STRING, 2),
          aggregation(AggregateFunctions.TOP_K, "flag", ValueType.BOOLEAN, 3),
          aggregation(AggregateFunctions.EWMA, "value", ValueType.DOUBLE, 50),
          aggregation(AggregateFunctions.EWMA, "value", ValueType.DOUBLE, 3_000),
          ofEvents("since", AggregateFunctions.TIME_SINCE_LAST),
          withDefault(aggregation(AggregateFunctions.DELTA, "value"), 0.25));

  private static final List<Aggregation> FILTERED =
      List.of(
          where(countOfEvents(), "flag"),
          aggregation(AggregateFunctions.SUM, "value"),
          where(aggregation(AggregateFunctions.AVG, "value"), "flag"),
          where(withDefault(aggregation(AggregateFunctions.MAX, "value"), 0.5), "flag"),
          where(ofEvents("since", AggregateFunctions.TIME_SINCE_LAST), "flag"),
          where(aggregation(AggregateFunctions.LAST, "label", ValueType.STRING), "flag"),
          aggregation(AggregateFunctions.MIN, "flag"));

  @Property(tries = 600)
  void everyValueIsWhatTheEventsSay(
      @ForAll("views") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    followsNaive(view, shape, MILLIS, history, r);
  }

  @Property(tries = 100)
  void everyFilteredValueIsWhatTheEventsSay(
      @ForAll("filteredViews") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    followsNaive(view, shape, MILLIS, history, r);
  }

  @Property(tries = 600)
  void eventsOfOneMillisecondAreOrderedByMicrosecondThenByIdInItsType(
      @ForAll("views") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("kinds") Kind kind,
      @ForAll("tiedHistories") List<Event> history,
      @ForAll Random r) {
    List<Event> events = kind.of(history);
    followsNaive(view, shape, kind, events, r);
    List<Event> shuffled = new ArrayList<>(events);
    Collections.shuffle(shuffled, r);
    KeyState one = fold(view, shape, kind, events);
    KeyState other = fold(view, Shape.USUAL, kind, shuffled);
    for (Event event : events) {
      assertThat(one.evaluate(event.time())).containsExactly(other.evaluate(event.time()));
    }
  }

  /** Events of some contract. */
  private record Kind(Contract contract, long unitsPerMilli, boolean numericIds) {
    /** Such events of others, whose ids are digits and whose times are microseconds. */
    List<Event> of(List<Event> events) {
      return events.stream()
          .map(
              event ->
                  new Event(
                      numericIds ? event.id() : TEXT_IDS.get(event.id()),
                      Math.floorDiv(event.time() * unitsPerMilli, 1_000),
                      event.value(),
                      event.flag(),
                      event.label()))
          .toList();
    }
  }

  /** The last two are beyond 16 bits and within: their order by UTF-16 is not that by UTF-8. */
  private static final Map<String, String> TEXT_IDS =
      Map.of("9", "9", "10", "10", "100", "a", "-3", "\uD83D\uDE00", "11", "\uFF5E");

  private static final Kind MILLIS = new Kind(READINGS, 1, false);

  @Provide
  Arbitrary<Kind> kinds() {
    return Arbitraries.of(
        new Kind(Fixtures.readings("string", "timestamp-micros"), 1_000, false),
        new Kind(Fixtures.readings("long", "timestamp-micros"), 1_000, true),
        new Kind(Fixtures.readings("long", "timestamp-millis"), 1, true),
        MILLIS);
  }

  /** After each arrival: the same verdict, and the same values and reasons at any time. */
  private static void followsNaive(
      FeatureView view, Shape shape, Kind kind, List<Event> history, Random random) {
    KeyState state = state(view, shape, kind, random.nextInt(3) * 5);
    NaiveView naive = new NaiveView(view, kind.unitsPerMilli(), kind.numericIds());
    for (Event event : history) {
      boolean late = naive.isLate(event);
      Map<String, String> before = state.content();
      assertThat(update(state, kind, event)).isEqualTo(late);
      if (late) {
        assertThat(state.content()).isEqualTo(before);
      }
      // Late events are given to the naive view too: they change no value from here on.
      naive.add(event);
      assertEqual(
          view,
          state.valuesOrReasons(event.time()),
          naive.evaluate(event.time()),
          naive.greatest());
      long newest = naive.isEmpty() ? 0 : naive.newest();
      long anyTime = newest + kind.unitsPerMilli() * (random.nextInt(7_000) - 3_000);
      assertEqual(view, state.valuesOrReasons(anyTime), naive.evaluate(anyTime), naive.greatest());
    }
  }

  /**
   * Equal to the last bit, but for the weighted average, where the naive view rounds weights: as
   * far off as these would bring the greatest value.
   */
  private static void assertEqual(
      FeatureView view, Object[] found, List<Object> expected, double greatest) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      boolean isWeighted =
          view.columns().get(i).aggregation().function() == AggregateFunctions.EWMA;
      if (isWeighted && found[i] instanceof Double number) {
        assertThat(number)
            .as("column %d", i)
            .isCloseTo((Double) expected.get(i), within(greatest * 1e-12 + Double.MIN_VALUE));
      } else {
        assertThat(found[i]).as("column %d", i).isEqualTo(expected.get(i));
      }
    }
  }

  @Property(tries = 600)
  void orderOfArrivalChangesNoBit(
      @ForAll("views") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    List<Event> shuffled = new ArrayList<>(history);
    Collections.shuffle(shuffled, r);
    KeyState one = fold(view, shape, history);
    KeyState other = fold(view, Shape.USUAL, shuffled);
    for (int i = 0; i < 5; i++) {
      long time = r.nextInt(9_000) - 3_000L;
      assertThat(one.valuesOrReasons(time)).containsExactly(other.valuesOrReasons(time));
    }
  }

  @Property(tries = 400)
  void orderOfArrivalChangesNoByteOfAQuietKey(
      @ForAll("quietViews") FeatureView view,
      @ForAll("histories") List<Event> history,
      @ForAll Random r) {
    List<Event> shuffled = new ArrayList<>(history);
    Collections.shuffle(shuffled, r);
    assertThat(fold(view, Shape.USUAL, shuffled).content())
        .isEqualTo(fold(view, Shape.USUAL, history).content());
  }

  @Property(tries = 400)
  void decodedAndEncodedAgainAnEntryIsTheSame(
      @ForAll("views") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("histories") List<Event> history) {
    EventIdentity identity = new EventIdentity(READINGS);
    AggregationInput[] inputs =
        AggregationInput.of(view.aggregations(), identity).toArray(AggregationInput[]::new);
    NodeCodec codec =
        new NodeCodec(view.id().toString(), inputs, identity, view.resolution().toMillis());
    fold(view, shape, history)
        .entries
        .asMap()
        .forEach(
            (name, bytes) -> {
              Node node = new Node(inputs, 0);
              if (ViewEngine.isKey(name.array())) {
                codec.decodeRoot(bytes, node);
                assertThat(codec.encodeRoot(node)).isEqualTo(bytes);
              } else {
                codec.decode(bytes, node);
                assertThat(codec.encode(node)).isEqualTo(bytes);
              }
            });
  }

  @Property(tries = 400)
  void aStepIsAnUpdateThenAnEvaluation(
      @ForAll("views") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("histories") List<Event> history) {
    KeyState one = state(view, shape, MILLIS, 3);
    KeyState other = state(view, shape, MILLIS, 100);
    for (Event event : history) {
      ViewEngine.Step step =
          one.engine.updateAndEvaluate(
              one.entries,
              KeyState.KEY,
              KeyState.identified(record(event), event.id(), event.time()));
      assertThat(step.late()).isEqualTo(update(other, MILLIS, event));
      assertThat(step.values()).containsExactly(other.valuesOrReasons(event.time()));
      assertThat(one.content()).isEqualTo(other.content());
    }
  }

  @Property(tries = 300)
  void noEntryIsLeftBehindAndNoTileIsKeptForLong(
      @ForAll("views") FeatureView view,
      @ForAll("shapes") Shape shape,
      @ForAll("histories") List<Event> history) {
    Assume.that(!view.windowLengths().contains(Durations.LIFETIME));
    KeyState state = fold(view, shape, history);
    Assume.that(!state.entries.asMap().isEmpty());
    state.evaluate(0);
    long newest = state.engine.newestEventTime();
    Duration reach = Collections.max(view.windowLengths()).plus(view.offset()).plus(view.grace());
    long kept = micros(reach);

    assertThat(state.engine.removeIfIdle(state.entries, KeyState.KEY, newest + kept)).isFalse();
    long idle = newest + kept + micros(view.grace().plus(view.resolution().multipliedBy(2)));
    assertThat(state.engine.removeIfIdle(state.entries, KeyState.KEY, idle)).isTrue();
    assertThat(state.entries.asMap()).containsOnlyKeys(ByteBuffer.wrap(ViewEngine.nameOfRemoved()));
    assertThat(state.entries.get(ViewEngine.nameOfRemoved()))
        .isEqualTo(ByteBuffer.allocate(Long.BYTES).putLong(newest).array());
  }

  private static long micros(Duration duration) {
    return duration.toMillis() * 1_000;
  }

  private static KeyState fold(FeatureView view, Shape shape, List<Event> events) {
    return fold(view, shape, MILLIS, events);
  }

  private static KeyState fold(FeatureView view, Shape shape, Kind kind, List<Event> events) {
    KeyState state = state(view, shape, kind, 10);
    events.forEach(event -> update(state, kind, event));
    return state;
  }

  private static KeyState state(FeatureView view, Shape shape, Kind kind, int cachedNodes) {
    return new KeyState(new ViewEngine(view, kind.contract(), cachedNodes, shape), kind.contract());
  }

  private static boolean update(KeyState state, Kind kind, Event event) {
    GenericRecord record = new GenericData.Record(kind.contract().schema());
    record.put("value", event.value());
    record.put("flag", event.flag());
    record.put("label", event.label());
    return state.update(
        record, kind.numericIds() ? Long.valueOf(event.id()) : event.id(), event.time());
  }

  private static GenericRecord record(Event event) {
    return reading(event.value(), event.flag(), event.label());
  }

  @Provide
  Arbitrary<Shape> shapes() {
    return Arbitraries.of(new Shape(1, 1), new Shape(3, 2), new Shape(6, 4), Shape.USUAL);
  }

  /** Views whose keys never outgrow a leaf, and that gather nothing of what they forget. */
  @Provide
  Arbitrary<FeatureView> quietViews() {
    return views(AGGREGATIONS).filter(view -> !view.windowLengths().contains(Durations.LIFETIME));
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
        Arbitraries.of(1, 2, 3, 10, 90, 500, LIFETIME)
            .list()
            .uniqueElements()
            .ofMinSize(1)
            .ofMaxSize(3);
    Arbitrary<List<Aggregation>> some =
        Arbitraries.subsetOf(aggregations)
            .filter(chosen -> !chosen.isEmpty())
            .map(chosen -> aggregations.stream().filter(chosen::contains).toList());
    return Combinators.combine(resolution, offsetTiles, grace, windowTiles, some)
        .as(
            (r, d, g, w, a) ->
                Fixtures.view(
                    w.stream()
                        .sorted()
                        .map(
                            n ->
                                n == LIFETIME
                                    ? Durations.LIFETIME
                                    : Duration.ofMillis((long) n * r))
                        .toList(),
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
    return histories(times, Arbitraries.of("a", "b", "c", "d"));
  }

  /** Times in microseconds, few enough for ties; ids in digits. */
  @Provide
  Arbitrary<List<Event>> tiedHistories() {
    Arbitrary<Long> millis = Arbitraries.of(-1L, 0L, 0L, 0L, 1L, 2L, 10L, 99L, 100L, 1_000L);
    Arbitrary<Long> micros = Arbitraries.of(0L, 0L, 1L, 100L, 500L, 900L, 999L);
    return histories(
        Combinators.combine(millis, micros).as((m, u) -> m * 1_000 + u),
        Arbitraries.of("9", "10", "11", "100", "-3"));
  }

  private static Arbitrary<List<Event>> histories(Arbitrary<Long> times, Arbitrary<String> ids) {
    Arbitrary<@Nullable Double> values =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(-9_999, 9_999).map(i -> i / 100.0)),
            Tuple.of(2, Arbitraries.doubles().between(-1e18, 1e18).ofScale(6)),
            Tuple.of(
                2,
                Arbitraries.of(
                    1e200, -1e200, 1e-300, Double.MIN_VALUE, 0.1, 0.2, -0.0, 0.0, 1.0, -1.0)),
            Tuple.of(1, Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, 1e308, -1e308)),
            Tuple.of(1, Arbitraries.of(Double.MAX_VALUE, -Double.MAX_VALUE, -0x1p960, -0x1p-1060)));
    return Combinators.combine(
            times,
            values.injectNull(0.1),
            Arbitraries.of(Boolean.TRUE, Boolean.FALSE).injectNull(0.1),
            Arbitraries.of("red", "green", "blue", "").injectNull(0.1),
            ids)
        .as((time, value, flag, label, id) -> new Event(id, time, value, flag, label))
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }
}
