package io.leat.features.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.Expression;
import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * One definition, the same number everywhere: whichever way the engine is used, a moment has the
 * same values, and the same reasons where it has none.
 */
class OneNumberProperties {
  private static final int MINUTE = 60_000;

  private static final Schema ORDER =
      SchemaBuilder.record("Order")
          .fields()
          .requiredString("id")
          .requiredLong("at")
          .optionalString("customer")
          .optionalString("shop")
          .optionalDouble("amount")
          .endRecord();

  private static final FeatureView SPENDING =
      new FeatureView(
          "spending",
          1,
          new Entity("customer", "customer"),
          "orders",
          List.of(Duration.ofMinutes(1), Duration.ofMinutes(10)),
          Duration.ofMillis(1),
          Duration.ZERO,
          Duration.ofMinutes(5),
          List.of(
              aggregation("orders", AggregateFunctions.COUNT, null, Optional.empty()),
              aggregation("total", AggregateFunctions.SUM, "amount", Optional.empty()),
              aggregation("latest", AggregateFunctions.LATEST, "amount", Optional.empty()),
              aggregation("step", AggregateFunctions.DELTA, "amount", Optional.of(0.5))));

  private static final FeatureView TAKINGS =
      new FeatureView(
          "takings",
          1,
          new Entity("shop", "shop"),
          "orders",
          List.of(Duration.ofMinutes(10), Durations.LIFETIME),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          Duration.ofMinutes(2),
          List.of(
              aggregation("sales", AggregateFunctions.COUNT, null, Optional.empty()),
              aggregation("largest", AggregateFunctions.MAX, "amount", Optional.empty())));

  private static final List<DerivedFeature> DERIVED =
      List.of(
          derived("spent", "has(spending.total_1m) ? spending.total_1m : 0.0"),
          derived("share", "event.amount / spending.total_10m"),
          derived("either", "event.amount > 1.0 || takings.sales_10m > 0.0"),
          derived("both", "spending.orders_10m > takings.sales_lifetime"),
          derived("new", "!has(takings.largest_lifetime) && !has(spending.latest_10m)"),
          derived("own", "event.amount * 2.0"));

  /** By place in {@link #DERIVED}, what each is made of. */
  private static final List<List<String>> MADE_OF =
      List.of(
          List.of("spending.total_1m"),
          List.of("spending.total_10m"),
          List.of("takings.sales_10m"),
          List.of("spending.orders_10m", "takings.sales_lifetime"),
          List.of("spending.latest_10m", "takings.largest_lifetime"),
          List.of());

  private static final FeatureService SERVICE = service();
  private static final Pipeline PIPELINE =
      new Pipeline(
          "shops",
          "nobody",
          List.of(SPENDING.entity(), TAKINGS.entity()),
          List.of(
              Contract.of(
                  "orders",
                  ORDER,
                  "nobody",
                  "",
                  Optional.empty(),
                  "id",
                  "at",
                  Durations.parse("5m"),
                  List.of(),
                  new Contract.TopicSettings(1, Optional.empty(), Durations.parse("7d")))),
          List.of(SPENDING, TAKINGS),
          List.of(SERVICE),
          List.of(),
          List.of(),
          List.of());

  @Property(tries = 60)
  void theStreamTheReplayAndTheReplayOfEachEntityGiveTheSame(
      @ForAll("orders") List<GenericRecord> orders) {
    ServiceReplay whole = new ServiceReplay(SERVICE, PIPELINE);
    List<ServiceReplay> byEntity =
        PIPELINE.entities().stream()
            .map(entity -> ServiceReplay.ofEntity(SERVICE, PIPELINE, entity))
            .toList();
    VectorAssembler assembler = new VectorAssembler(SERVICE, PIPELINE);
    List<StreamedView> streamed = List.of(new StreamedView(SPENDING), new StreamedView(TAKINGS));

    for (GenericRecord order : orders) {
      List<Object> vector = whole.feed("orders", order).orElseThrow().valuesOrReasons();
      Map<FeatureView, Object[]> replayed = new HashMap<>();
      for (ServiceReplay entity : byEntity) {
        entity.update("orders", order);
        for (int v = 0; v < entity.views().size(); v++) {
          replayed.put(entity.views().get(v), entity.viewValues(order)[v]);
        }
      }
      Map<FeatureView, Object[]> gathered = new HashMap<>();
      streamed.forEach(view -> gathered.put(view.view, view.step(order)));

      assertThat(assembler.assemble(order, rows(assembler, replayed))).isEqualTo(vector);
      assertThat(assembler.assemble(order, rows(assembler, gathered))).isEqualTo(vector);
    }
  }

  @Property(tries = 60)
  void whatIsDerivedOfWhatIsNotKnownIsNotKnownForTheSameReason(
      @ForAll("orders") List<GenericRecord> orders) {
    ServiceReplay replay = new ServiceReplay(SERVICE, PIPELINE);
    VectorAssembler assembler = new VectorAssembler(SERVICE, PIPELINE);
    int first = SERVICE.features().size() - DERIVED.size();
    for (GenericRecord order : orders) {
      replay.update("orders", order);
      Object[][] byView = replay.viewValues(order);
      Map<String, Object> features = named(assembler, byView);
      List<Object> vector = assembler.assemble(order, byView);
      for (int i = 0; i < DERIVED.size(); i++) {
        List<NullReason> unknown =
            MADE_OF.get(i).stream()
                .map(features::get)
                .filter(NullReason.class::isInstance)
                .map(NullReason.class::cast)
                .filter(NullReason::isUnknown)
                .toList();
        Object derived = vector.get(first + i);
        if (unknown.isEmpty()) {
          assertThat(isUnknown(derived)).as(DERIVED.get(i).name()).isFalse();
        } else {
          assertThat(derived).as(DERIVED.get(i).name()).isEqualTo(unknown.get(0));
        }
      }
    }
  }

  @Property(tries = 60)
  void whereEventsComeInOrderEverythingIsKnown(@ForAll("orders") List<GenericRecord> orders) {
    List<GenericRecord> inOrder = new ArrayList<>(orders);
    inOrder.sort(Comparator.comparingLong(order -> (long) order.get("at")));
    ServiceReplay replay = new ServiceReplay(SERVICE, PIPELINE);

    for (GenericRecord order : inOrder) {
      assertThat(replay.feed("orders", order).orElseThrow().valuesOrReasons())
          .noneMatch(OneNumberProperties::isUnknown);
    }
    assertThat(replay.lateEvents()).isZero();
  }

  private static boolean isUnknown(Object valueOrReason) {
    return valueOrReason instanceof NullReason reason && reason.isUnknown();
  }

  /** A view as the stream keeps it. */
  private static final class StreamedView {
    private final FeatureView view;
    private final ViewEngine engine;
    private final EntriesInMemory entries = new EntriesInMemory();

    StreamedView(FeatureView view) {
      this.view = view;
      this.engine = new ViewEngine(view, PIPELINE.contract("orders").orElseThrow());
    }

    /** Counts an order and gives what the stream then knows; null without a key. */
    Object @Nullable [] step(GenericRecord order) {
      Object key = order.get(view.entity().key());
      if (key == null) {
        return null;
      }
      ViewEngine.Step step =
          engine.updateAndEvaluate(entries, key.toString().getBytes(UTF_8), order);
      Object[] late = new Object[view.columns().size()];
      Arrays.fill(late, NullReason.LATE);
      return step.late() ? late : step.values();
    }
  }

  private static Object[][] rows(VectorAssembler assembler, Map<FeatureView, Object[]> values) {
    return assembler.views().stream().map(values::get).toArray(Object[][]::new);
  }

  /** Values by full name. */
  private static Map<String, Object> named(VectorAssembler assembler, Object[][] byView) {
    Map<String, Object> named = new HashMap<>();
    for (int v = 0; v < byView.length; v++) {
      List<String> names = VectorAssembler.fullNames(assembler.views().get(v));
      for (int i = 0; i < names.size(); i++) {
        named.put(names.get(i), byView[v] == null ? NullReason.NO_KEY : byView[v][i]);
      }
    }
    return named;
  }

  @Provide
  Arbitrary<List<GenericRecord>> orders() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 40 * MINUTE),
            Arbitraries.of("ann", "bob").injectNull(0.1),
            Arbitraries.of("north", "south").injectNull(0.1),
            Arbitraries.of(0.0, 1.0, 2.5, -3.0, Double.NaN).injectNull(0.1))
        .as(OneNumberProperties::order)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  private static GenericRecord order(
      int time, @Nullable String customer, @Nullable String shop, @Nullable Double amount) {
    GenericRecord order = new GenericData.Record(ORDER);
    order.put("id", "o" + time);
    order.put("at", (long) time);
    order.put("customer", customer);
    order.put("shop", shop);
    order.put("amount", amount);
    return order;
  }

  private static FeatureService service() {
    List<Feature> features = new ArrayList<>();
    features.add(new EventFeature("amount"));
    for (FeatureView view : List.of(SPENDING, TAKINGS)) {
      view.columns().forEach(column -> features.add(new ViewFeature(view.id(), column.name())));
    }
    features.addAll(DERIVED);
    return new FeatureService("risk", 1, "orders", features, Optional.empty(), "00");
  }

  private static Aggregation aggregation(
      String name,
      AggregateFunction function,
      @Nullable String field,
      Optional<Double> defaultValue) {
    Optional<String> of = Optional.ofNullable(field);
    return function == AggregateFunctions.LATEST
        ? new Aggregation(
            name, function, of, Optional.empty(), Optional.empty(), defaultValue, ValueType.DOUBLE)
        : new Aggregation(name, function, of, Optional.empty(), defaultValue);
  }

  private static DerivedFeature derived(String name, String expression) {
    return new VectorExpressions(ORDER, List.of(SPENDING, TAKINGS))
        .derive(name, new Expression(expression, "services/risk.yaml", 3));
  }
}
