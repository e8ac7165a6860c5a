package io.leat.features.engine;

import static io.leat.schemas.NullReason.LATE;
import static io.leat.schemas.NullReason.NOT_FINITE;
import static io.leat.schemas.NullReason.NOT_KEPT;
import static io.leat.schemas.NullReason.NO_EVENT;
import static io.leat.schemas.NullReason.NO_KEY;
import static io.leat.schemas.NullReason.NO_RESULT;
import static io.leat.schemas.NullReason.NULL_IN_EVENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.Expression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Orders of customers and their complaints: a service over two events and two entities. */
class ServiceReplayTest {
  private static final Schema ORDER =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Order", "fields": [
                {"name": "id", "type": "string"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "customer", "type": ["null", "string"]},
                {"name": "shop", "type": "int"},
                {"name": "amount", "type": "float"},
                {"name": "channel", "type": {"type": "enum", "name": "C", "symbols": ["WEB", "TILL"]}}]}
              """);
  private static final Schema COMPLAINT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Complaint", "fields": [
                {"name": "id", "type": "long"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "shop", "type": "int"}]}
              """);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final FeatureView SPENDING =
      view(
          "spending",
          new Entity("customer", "customer"),
          "orders",
          aggregation("orders", AggregateFunctions.COUNT, null),
          aggregation("average", AggregateFunctions.AVG, "amount"));
  private static final FeatureView COMPLAINTS =
      view(
          "complaints",
          new Entity("shop", "shop"),
          "complaints",
          aggregation("complaints", AggregateFunctions.COUNT, null),
          aggregation("worst", AggregateFunctions.MAX, "shop"));

  @Test
  void aVectorIsEvaluatedAtItsEventsTimeTheEventIncluded() {
    ServiceReplay replay =
        replay(
            new EventFeature("amount"),
            new EventFeature("shop"),
            new EventFeature("channel"),
            new ViewFeature(new ViewId("spending", 1), "average_1h"),
            new ViewFeature(new ViewId("complaints", 1), "complaints_1h"),
            derived("ratio", "event.amount / spending.average_1h"));

    assertThat(replay.feed("complaints", complaint(1, 500, 7))).isEmpty();
    replay.feed("orders", order("a", 1_000, "ann", 7, 2));
    ServiceReplay.Vector vector =
        replay.feed("orders", order("b", 2_000, "ann", 7, 6)).orElseThrow();

    assertThat(vector.eventId()).isEqualTo("b");
    assertThat(vector.eventTime()).isEqualTo(2_000_999);
    assertThat(vector.keys()).isEqualTo(Map.of("customer", "ann", "shop", "7"));
    assertThat(vector.values()).containsExactly(6.0, 7L, "WEB", 4.0, 1L, 1.5);
  }

  @Test
  void anEventWithoutAKeyHasNullsForItsEntityAndUpdatesNothing() {
    ServiceReplay replay =
        replay(
            new ViewFeature(new ViewId("spending", 1), "orders_1h"),
            new ViewFeature(new ViewId("spending", 1), "average_1h"),
            new ViewFeature(new ViewId("complaints", 1), "complaints_1h"),
            derived("ratio", "event.amount / spending.average_1h"));

    ServiceReplay.Vector vector =
        replay.feed("orders", order("a", 1_000, null, 7, 2)).orElseThrow();

    assertThat(vector.keys()).isEqualTo(Map.of("shop", "7"));
    assertThat(vector.values()).containsExactly(null, null, 0L, null);
    assertThat(vector.valuesOrReasons()).containsExactly(NO_KEY, NO_KEY, 0L, NO_KEY);
    assertThat(replay.failedDerivations()).isZero();
  }

  @Test
  void aDerivedFeatureMayUseAViewOfWhichNoFeatureIsListed() {
    ServiceReplay replay = replay(derived("often", "complaints.complaints_1h > 1.0"));

    replay.feed("complaints", complaint(1, 500, 7));
    replay.feed("complaints", complaint(2, 600, 7));

    ServiceReplay.Vector vector =
        replay.feed("orders", order("a", 1_000, "ann", 7, 2)).orElseThrow();
    assertThat(vector.values()).containsExactly(true);
    assertThat(vector.keys()).isEqualTo(Map.of("shop", "7"));
  }

  @Test
  void aDerivedValueThatFailsOrIsNotFiniteIsNullAndCounted() {
    ServiceReplay replay =
        replay(
            derived("infinite", "event.amount / 0.0"),
            derived("failing", "1 / (event.shop - 7)"),
            derived("fine", "event.shop == 7"));

    ServiceReplay.Vector vector =
        replay.feed("orders", order("a", 1_000, "ann", 7, 2)).orElseThrow();

    assertThat(vector.valuesOrReasons()).containsExactly(NOT_FINITE, NO_RESULT, true);
    assertThat(replay.failedDerivations()).isEqualTo(2);
  }

  @Test
  void whatAViewDerivesIsMadeAsIfTheServiceHadDerivedIt() {
    Expression ratio = new Expression("event.amount / spending.average_1h", "spending.yaml", 9);
    Expression often =
        new Expression("has(spending.average_1h) && spending.orders_1h > 1.0", "spending.yaml", 10);
    FeatureView spending =
        SPENDING.with(List.of(derived("spending.ratio", ratio), derived("spending.often", often)));
    List<Feature> features = new ArrayList<>(spending.derived());
    features.add(derived("ratio", ratio));
    features.add(derived("often", often));
    FeatureService service = service(features.toArray(Feature[]::new));
    ServiceReplay replay = new ServiceReplay(service, pipeline(service, spending));

    assertThat(replay.feed("orders", order("a", 1_000, "ann", 7, 2)).orElseThrow().values())
        .containsExactly(1.0, false, 1.0, false);
    assertThat(replay.feed("orders", order("b", 2_000, "ann", 7, 6)).orElseThrow().values())
        .containsExactly(1.5, true, 1.5, true);
    assertThat(replay.feed("orders", order("c", 3_000, null, 7, 6)).orElseThrow().values())
        .containsExactly(null, false, null, false);
    assertThat(replay.failedDerivations()).isZero();
    assertThat(replay.feed("orders", order("d", 3_000, "bob", 7, 0)).orElseThrow().values())
        .as("nothing divided by nothing is not finite")
        .containsExactly(null, false, null, false);
    assertThat(replay.failedDerivations()).isEqualTo(2);
  }

  @Test
  void aLateEventIsCountedAndNothingOfTheViewIsKnownThen() {
    ServiceReplay replay =
        replay(
            new ViewFeature(new ViewId("spending", 1), "orders_1h"),
            derived("spent", "has(spending.average_1h) ? spending.average_1h : 0.0"),
            derived("any", "event.amount > 1.0 || spending.orders_1h > 0.0"),
            derived("own", "event.amount > 1.0"));
    replay.feed("orders", order("a", 10 * HOUR.toMillis(), "ann", 7, 2));

    Optional<ServiceReplay.Vector> vector = replay.feed("orders", order("b", 0, "ann", 7, 2));

    assertThat(vector.orElseThrow().valuesOrReasons()).containsExactly(LATE, LATE, LATE, true);
    assertThat(vector.orElseThrow().values()).containsExactly(null, null, null, true);
    assertThat(replay.lateEvents()).isEqualTo(1);
  }

  @Test
  void aWindowThatReachesBehindWhatIsKeptIsNotKnownAndNothingThatIsMadeOfIt() {
    ServiceReplay replay =
        replay(
            new ViewFeature(new ViewId("spending", 1), "orders_1h"),
            derived("spent", "has(spending.average_1h) ? spending.average_1h : 0.0"));
    replay.feed("orders", order("a", 10 * HOUR.toMillis(), "ann", 7, 2));

    GenericRecord within = order("b", 10 * HOUR.toMillis() - HOUR.toMillis() / 2, "ann", 7, 2);

    assertThat(replay.feed("orders", within).orElseThrow().valuesOrReasons())
        .containsExactly(NOT_KEPT, NOT_KEPT);
    assertThat(replay.lateEvents()).isZero();
  }

  @Test
  void aDerivedFeatureOverAnEmptyWindowIsWhatItsExpressionMakesOfNull() {
    ServiceReplay replay =
        replay(
            derived("worst", "has(complaints.worst_1h) ? complaints.worst_1h : 0.0"),
            derived("ratio", "event.amount / complaints.worst_1h"));

    assertThat(
            replay.feed("orders", order("a", 1_000, "ann", 7, 2)).orElseThrow().valuesOrReasons())
        .containsExactly(0.0, NO_EVENT);
  }

  @Test
  void aFieldOfTheEventIsNullForItsOwnReason() {
    ServiceReplay replay =
        replay(
            new EventFeature("amount"),
            new EventFeature("customer"),
            derived("named", "event.customer + '!'"));

    assertThat(
            replay
                .feed("orders", order("a", 1_000, null, 7, Float.NaN))
                .orElseThrow()
                .valuesOrReasons())
        .containsExactly(NOT_FINITE, NULL_IN_EVENT, NULL_IN_EVENT);
  }

  @Test
  void viewsOfOneEntityAreReplayedAloneAndEvaluatedWithoutFeedingTheEvent() {
    FeatureService service =
        service(
            new ViewFeature(new ViewId("spending", 1), "orders_1h"),
            new ViewFeature(new ViewId("complaints", 1), "complaints_1h"));
    ServiceReplay replay =
        ServiceReplay.ofEntity(service, pipeline(service), new Entity("customer", "customer"));
    replay.update("complaints", complaint(1, 500, 7));
    replay.update("orders", order("a", 1_000, "ann", 7, 2));

    GenericRecord asked = order("b", 2_000, "ann", 7, 6);

    assertThat(replay.views()).extracting(FeatureView::name).containsExactly("spending");
    assertThat(replay.viewValues(asked)).isDeepEqualTo(new Object[][] {{1L, 2.0}});
    assertThat(replay.viewValues(asked)).isDeepEqualTo(new Object[][] {{1L, 2.0}});
    assertThat(replay.viewValues(order("c", 2_000, null, 7, 6)))
        .isDeepEqualTo(new Object[][] {null});

    replay.forget();

    assertThat(replay.viewValues(asked)).isDeepEqualTo(new Object[][] {{0L, NO_EVENT}});
  }

  @Test
  void aServiceOverAnUnknownViewIsRefused() {
    assertThatThrownBy(() -> replay(new ViewFeature(new ViewId("travel", 1), "trips_1h")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "feature service risk needs the feature travel.trips_1h of a view, which the pipeline"
                + " does not declare");
  }

  private static ServiceReplay replay(Feature... features) {
    FeatureService service = service(features);
    return new ServiceReplay(service, pipeline(service));
  }

  private static FeatureService service(Feature... features) {
    return new FeatureService("risk", 1, "orders", List.of(features), Optional.empty(), "00");
  }

  private static Pipeline pipeline(FeatureService service) {
    return pipeline(service, SPENDING);
  }

  private static Pipeline pipeline(FeatureService service, FeatureView spending) {
    return new Pipeline(
        "shops",
        "nobody",
        List.of(spending.entity(), COMPLAINTS.entity()),
        List.of(contract("orders", ORDER), contract("complaints", COMPLAINT)),
        List.of(spending, COMPLAINTS),
        List.of(service),
        List.of(),
        List.of(),
        List.of());
  }

  private static FeatureView view(
      String name, Entity entity, String source, Aggregation... aggregations) {
    return new FeatureView(
        name,
        1,
        entity,
        source,
        List.of(HOUR),
        Duration.ofSeconds(1),
        Duration.ZERO,
        Duration.ZERO,
        List.of(aggregations));
  }

  private static Aggregation aggregation(
      String name, AggregateFunction function, @Nullable String field) {
    return new Aggregation(
        name, function, Optional.ofNullable(field), Optional.empty(), Optional.empty());
  }

  private static Contract contract(String event, Schema schema) {
    return Contract.of(
        event,
        schema,
        "nobody",
        "",
        Optional.empty(),
        "id",
        "at",
        Durations.parse("5m"),
        List.of(),
        new Contract.TopicSettings(1, Optional.empty(), Durations.parse("7d")));
  }

  private static DerivedFeature derived(String name, String expression) {
    return derived(name, new Expression(expression, "services/risk.yaml", 3));
  }

  private static DerivedFeature derived(String name, Expression expression) {
    return new VectorExpressions(ORDER, List.of(SPENDING, COMPLAINTS)).derive(name, expression);
  }

  private static GenericRecord order(
      String id, long millis, @Nullable String customer, int shop, float amount) {
    GenericRecord order = new GenericData.Record(ORDER);
    order.put("id", id);
    order.put("at", millis * 1_000 + 999);
    order.put("customer", customer);
    order.put("shop", shop);
    order.put("amount", amount);
    order.put("channel", new GenericData.EnumSymbol(ORDER.getField("channel").schema(), "WEB"));
    return order;
  }

  private static GenericRecord complaint(long id, long millis, int shop) {
    GenericRecord complaint = new GenericData.Record(COMPLAINT);
    complaint.put("id", id);
    complaint.put("at", millis);
    complaint.put("shop", shop);
    return complaint;
  }
}
