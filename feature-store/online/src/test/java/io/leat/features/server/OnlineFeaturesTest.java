package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.features.online.BackfilledShop;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.Shop;
import io.leat.features.online.backfill.BackfillState;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Depth;
import io.leat.pipeline.Expression;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureService.DerivedFeature;
import io.leat.pipeline.FeatureService.ViewFeature;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Alice paid twice, 10 at noon and 5 a quarter of an hour later; terminal t1 saw the first. */
class OnlineFeaturesTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant QUARTER_PAST = Instant.parse("2026-11-23T12:15:00Z");

  @TempDir Path folder;

  private CommittedState state;
  private MeterRegistry metrics;
  private OnlineFeatures features;

  @BeforeEach
  void fill() {
    state = new CommittedState(folder, List.of("spending-v1", "takings-v1", "logins-v1"), 8 << 20);
    States spending = new States(Shop.SPENDING, Shop.PAYMENT);
    byte[] one = spending.with(Shop.payment("p1", 0, "alice", "t1", 10), "p1", NOON.toEpochMilli());
    byte[] two =
        spending.with(Shop.payment("p2", 0, "alice", "t2", 5), "p2", QUARTER_PAST.toEpochMilli());
    byte[] till =
        new States(Shop.TAKINGS, Shop.PAYMENT)
            .with(Shop.payment("p1", 0, "alice", "t1", 10), "p1", NOON.toEpochMilli());
    state.apply(
        List.of(
            new Change("spending-v1", EntityKeys.bytes("alice"), two),
            new Change("spending-v1", EntityKeys.bytes("1001"), one),
            new Change("takings-v1", EntityKeys.bytes("t1"), till)),
        List.of());
    features = features(Limits.DEFAULT);
  }

  private OnlineFeatures features(Limits limits) {
    return features(Shop.pipeline(), limits);
  }

  private OnlineFeatures features(Pipeline pipeline, Limits limits) {
    Catalog catalog = new Catalog(pipeline);
    metrics = new SimpleMeterRegistry();
    return new OnlineFeatures(
        catalog,
        state,
        store -> Optional.of(store.equals("takings-v1") ? new Lag(7, 20) : new Lag(3, 40)),
        limits,
        new ReadMetrics(catalog.views(), metrics));
  }

  @AfterEach
  void close() {
    state.close();
  }

  @Test
  void answersByColumnEntityKeysFirst() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice", "nobody", 1001, null]},
                 "features": ["spending:total_1h", "spending:payments_1h"]}
                """))
        .isEqualTo(
            json(
                """
                {"metadata":{"feature_names":["customer_id","total_1h","payments_1h"]},"results":[
                {"values":["alice","nobody","1001",null],
                 "statuses":["PRESENT","PRESENT","PRESENT","NULL_VALUE"],
                 "event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z",
                                     "1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},
                {"values":[15.0,null,10.0,null],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT","NOT_FOUND"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z","1970-01-01T00:00:00Z"]},
                {"values":[2,null,1,null],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT","NOT_FOUND"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z","1970-01-01T00:00:00Z"]}]}
                """));
  }

  @Test
  void aViewThatWaitsForItsBackfillHasNoValuesThoughSomeOfItsEntriesAreThere()
      throws RequestException {
    features = features(BackfilledShop.PIPELINE, Limits.DEFAULT);
    String request =
        """
        {"entities": {"customer_id": ["alice"]}, "features": ["spending:total_1h"]}
        """;

    assertThat(answer(request)).contains("NOT_FOUND");
    tellOfBackfill("taking_in 1 7 5");
    assertThat(answer(request)).contains("NOT_FOUND");
    tellOfBackfill("live 1 7 5");
    assertThat(answer(request)).contains("{\"values\":[15.0],\"statuses\":[\"PRESENT\"]");
  }

  private void tellOfBackfill(String text) {
    state.apply(
        List.of(new Change("spending-v1", BackfillState.name(), text.getBytes(UTF_8))), List.of());
  }

  @Test
  void answersOfSeveralEntitiesWithFullNames() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"terminal_id": ["t1"], "customer_id": ["alice"]},
                 "features": ["spending@v1:payments_1h", "takings:payments_1h"],
                 "full_feature_names": true}
                """))
        .isEqualTo(
            json(
                """
                {"metadata":{"feature_names":["terminal_id","customer_id",
                                              "spending@v1__payments_1h","takings__payments_1h"]},
                "results":[
                {"values":["t1"],"statuses":["PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z"]},
                {"values":["alice"],"statuses":["PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z"]},
                {"values":[2],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:15:00Z"]},
                {"values":[1],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:00:00Z"]}]}
                """));
  }

  @Test
  void aServicesFeaturesOfTheEventKeepTheirPlaceAndAreInvalid() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice"], "terminal_id": ["t1"]},
                 "feature_service": "fraud", "full_feature_names": true}
                """))
        .contains(
            "\"customer_id\",\"terminal_id\",\"event__amount\",\"spending__payments_1h\","
                + "\"spending__total_1h\",\"logins__logins_1h\",\"takings__payments_1h\"")
        .contains(
            "{\"values\":[null],\"statuses\":[\"INVALID\"],\"event_timestamps\":[\"1970-01-01T00:00:00Z\"]}");
  }

  @Test
  void evaluatesAtTheTimeAskedFor() throws RequestException {
    String request =
        """
        {"entities": {"customer_id": ["alice"]}, "features": ["spending:total_1h"],
         "as_of": "%s"}
        """;

    assertThat(answer(request.formatted("2026-11-23T12:14:59Z"))).contains("\"values\":[10.0]");
    assertThat(answer(request.formatted("2026-11-23T13:00:00Z"))).contains("\"values\":[5.0]");
  }

  @Test
  void aKeyThatHasBeenIdleForLongerThanTheWindowIsOutsideItsAge() throws RequestException {
    String request =
        """
        {"entities": {"customer_id": ["alice"]},
         "features": ["spending:total_1h", "spending:payments_1h"], "as_of": "%s"}
        """;

    assertThat(answer(request.formatted("2026-11-23T13:14:59.999Z")))
        .contains("{\"values\":[5.0],\"statuses\":[\"PRESENT\"]");
    assertThat(answer(request.formatted("2026-11-23T13:15:00Z")))
        .contains("{\"values\":[null],\"statuses\":[\"OUTSIDE_MAX_AGE\"]")
        .contains("{\"values\":[0],\"statuses\":[\"PRESENT\"]");
  }

  @Test
  void aValueThatTheWindowsEventsDoNotHaveIsNull() throws RequestException {
    byte[] withoutAmount =
        new States(Shop.SPENDING, Shop.PAYMENT)
            .with(Shop.payment("p9", 0, "bob", "t1", Double.NaN), "p9", NOON.toEpochMilli());
    state.apply(
        List.of(new Change("spending-v1", EntityKeys.bytes("bob"), withoutAmount)), List.of());

    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["bob"]},
                 "features": ["spending:total_1h", "spending:payments_1h"]}
                """))
        .contains("{\"values\":[null],\"statuses\":[\"NULL_VALUE\"]")
        .contains("{\"values\":[1],\"statuses\":[\"PRESENT\"]");
  }

  @Test
  void aTimeBehindWhatIsKeptIsRefused() throws RequestException {
    String request =
        """
        {"entities": {"customer_id": ["1001", "alice"]}, "features": ["spending:payments_1h"],
         "as_of": "%s"}
        """;

    assertThat(answer(request.formatted("2026-11-23T12:05:00Z"))).contains("[1,1]");
    assertThat(
            catchThrowableOfType(
                RequestException.class, () -> answer(request.formatted("2026-11-23T12:04:59Z"))))
        .hasMessage(
            "as_of 2026-11-23T12:04:59Z is out of retention: of a key with an event at 2026-11-23T12:15:00Z, the view spending keeps no more the whole of what payments_1h covers then. Ask for 2026-11-23T12:05:00Z or later, or take older values from the offline store.");
  }

  @Test
  void nobodyReadsWhileTransactionsAreThereInPart() throws RequestException {
    String request =
        """
        {"entities": {"customer_id": ["1001"]}, "features": ["spending:payments_1h"]}
        """;
    state.applyPart(List.of(), List.of());

    assertThat(catchThrowableOfType(RequestException.class, () -> answer(request)))
        .hasMessageStartingWith("Not ready: more has come at once than can be held back")
        .extracting(RequestException::kind)
        .isEqualTo(RequestException.Kind.NOT_READY);

    state.apply(List.of(), List.of());
    assertThat(answer(request)).contains("[1]");
  }

  @Test
  void aKeyWithAnEventFromBeyondItsGraceCannotBeToldNow() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice"]}, "features": ["spending:payments_1h"]}
                """,
                NOON))
        .contains("{\"values\":[null],\"statuses\":[\"INVALID\"]");
  }

  @Test
  void aServicesFeaturesOfTheEventAreMadeOfWhatTheRequestGives() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice", "alice"], "terminal_id": ["t1", "t1"],
                              "amount": [7, null]},
                 "feature_service": "fraud", "full_feature_names": true}
                """))
        .startsWith(
            "{\"metadata\":{\"feature_names\":[\"customer_id\",\"terminal_id\",\"event__amount\",")
        .contains(
            "{\"values\":[7.0,null],\"statuses\":[\"PRESENT\",\"NULL_VALUE\"],"
                + "\"event_timestamps\":[\"1970-01-01T00:00:00Z\",\"1970-01-01T00:00:00Z\"]}");
  }

  /** Spending with derived features: of columns alone, of the event too, of two of its fields. */
  private void derive() {
    derive(
        Shop.SPENDING.with(
            List.of(
                derived("mean", "spending.total_1h / spending.payments_1h"),
                derived("often", "spending.payments_1h > 1.0"),
                derived("share", "event.amount / spending.total_1h"),
                derived(
                    "refund", "event.payment_id == 'p1' && event.amount < spending.total_1h"))));
  }

  @Test
  void someOfTheEventsFieldsAreRefusedThoughTheyAreAllThatOneOfTheViewsNeeds()
      throws RequestException {
    FeatureView takings =
        Shop.TAKINGS.with(
            List.of(
                new DerivedFeature(
                    "takings.first",
                    new Expression(
                        "event.payment_id == 'p1' && takings.payments_1h == 1.0", "test", 1))));
    derive(
        Shop.SPENDING.with(List.of(derived("share", "event.amount / spending.total_1h"))), takings);
    String request =
        """
        {"entities": {"customer_id": ["alice"], "terminal_id": ["t1"]%s},
         "features": ["spending:share", "takings:first"]}
        """;

    assertThat(answer(request.formatted("")))
        .contains("{\"values\":[null],\"statuses\":[\"INVALID\"]")
        .doesNotContain("[30", "true");
    assertThat(answer(request.formatted(", \"amount\": [30], \"payment_id\": [\"p1\"]")))
        .contains("{\"values\":[2.0],\"statuses\":[\"PRESENT\"]")
        .contains("{\"values\":[true],\"statuses\":[\"PRESENT\"]");
    assertThat(
            catchThrowableOfType(
                RequestException.class, () -> answer(request.formatted(", \"amount\": [30]"))))
        .hasMessage(
            "The request gives some of the event's fields that its features need, and lacks payment_id; give all of amount, payment_id in entities, or none.");
  }

  /** Spending whose derived features have a value though a column of theirs is null. */
  private void deriveOfNulls(FeatureView spending) {
    derive(
        spending.with(
            List.of(
                derived("known", "has(spending.total_1h) ? spending.total_1h : 0.0"),
                derived("either", "spending.total_1h > 100.0 || !has(spending.payments_1h)"))));
  }

  private void derive(FeatureView spending) {
    derive(spending, Shop.TAKINGS);
  }

  private void derive(FeatureView spending, FeatureView takings) {
    List<FeatureService.Feature> all = new ArrayList<>(spending.derived());
    all.add(1, new ViewFeature("spending", "payments_1h"));
    Pipeline pipeline =
        Shop.pipeline(
            List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 4)),
            List.of(spending, takings),
            List.of(
                new FeatureService("habits", 1, "payments", all, Optional.empty(), "fingerprint")));
    features = features(pipeline, Limits.DEFAULT);
  }

  private static DerivedFeature derived(String name, String expression) {
    return new DerivedFeature("spending." + name, new Expression(expression, "test", 1));
  }

  @Test
  void whatAViewDerivesOfItsColumnsIsAskedForAsTheyAre() throws RequestException {
    derive();

    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice", "nobody", 1001]},
                 "features": ["spending:mean", "spending:payments_1h", "spending@v1:often"],
                 "full_feature_names": true}
                """))
        .isEqualTo(
            json(
                """
                {"metadata":{"feature_names":["customer_id","spending__mean","spending__payments_1h",
                                              "spending@v1__often"]},"results":[
                {"values":["alice","nobody","1001"],
                 "statuses":["PRESENT","PRESENT","PRESENT"],
                 "event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z",
                                     "1970-01-01T00:00:00Z"]},
                {"values":[7.5,null,10.0],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z"]},
                {"values":[2,null,1],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z"]},
                {"values":[true,null,false],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z"]}]}
                """));
    assertThat(
            metrics
                .get("leat.feature.server.values")
                .tags("view", "spending", "status", "NOT_FOUND")
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void whatAViewDerivesOfTheEventIsMadeOfWhatTheRequestGives() throws RequestException {
    derive();
    String share =
        """
        {"entities": {"customer_id": ["alice", "alice", "nobody"]%s}, "features": ["spending:share"]}
        """;

    assertThat(answer(share.formatted(", \"amount\": [30, null, 30]")))
        .contains(
            "{\"values\":[2.0,null,null],\"statuses\":[\"PRESENT\",\"NULL_VALUE\",\"NOT_FOUND\"]");
    assertThat(answer(share.formatted("")))
        .contains(
            "{\"values\":[null,null,null],\"statuses\":[\"INVALID\",\"INVALID\",\"INVALID\"]");
    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () ->
                    answer(
                        """
                        {"entities": {"customer_id": ["alice"], "amount": [30]},
                         "features": ["spending:share", "spending:refund"]}
                        """)))
        .hasMessage(
            "The request gives some of the event's fields that its features need, and lacks payment_id; give all of amount, payment_id in entities, or none.");
  }

  @Test
  void aDerivedValueIsNullForTheReasonThatItsColumnsAre() throws RequestException {
    derive();
    String mean =
        """
        {"entities": {"customer_id": ["alice"]}, "features": ["spending:mean"], "as_of": "%s"}
        """;

    assertThat(answer(mean.formatted("2026-11-23T13:00:00Z")))
        .contains("{\"values\":[5.0],\"statuses\":[\"PRESENT\"]");
    assertThat(answer(mean.formatted("2026-11-23T13:15:00Z")))
        .contains("{\"values\":[null],\"statuses\":[\"OUTSIDE_MAX_AGE\"]");
    assertThat(
            catchThrowableOfType(
                RequestException.class, () -> answer(mean.formatted("2026-11-23T12:04:59Z"))))
        .hasMessageStartingWith("as_of 2026-11-23T12:04:59Z is out of retention");
  }

  @Test
  void whatIsMadeOfAWindowThatIsNotKeptIsRefusedOrInvalidWhateverItMakesOfNull()
      throws RequestException {
    deriveOfNulls(Shop.SPENDING);
    String request =
        """
        {"entities": {"customer_id": ["1001", "alice"]}, "features": ["spending:%s"]%s}
        """;

    for (String feature : List.of("known", "either")) {
      String before = request.formatted(feature, ", \"as_of\": \"2026-11-23T12:04:59Z\"");
      assertThat(catchThrowableOfType(RequestException.class, () -> answer(before)))
          .hasMessageStartingWith("as_of 2026-11-23T12:04:59Z is out of retention");
      String now = request.formatted(feature, "");
      assertThat(answer(now, NOON)).contains("null],\"statuses\":[\"PRESENT\",\"INVALID\"]");
    }
  }

  @Test
  void whatIsMadeOfAViewThatWaitsForItsBackfillIsNotFoundWhateverItMakesOfNull()
      throws RequestException {
    deriveOfNulls(BackfilledShop.SPENDING);
    String request =
        """
        {"entities": {"customer_id": ["alice", "nobody"]},
         "features": ["spending:known", "spending:either"]}
        """;

    assertThat(answer(request))
        .contains("{\"values\":[null,null],\"statuses\":[\"NOT_FOUND\",\"NOT_FOUND\"]")
        .doesNotContain("0.0", "true");
    tellOfBackfill("live 1 7 5");
    assertThat(answer(request))
        .contains("{\"values\":[15.0,0.0],\"statuses\":[\"PRESENT\",\"PRESENT\"]")
        .contains("{\"values\":[false,true],\"statuses\":[\"PRESENT\",\"PRESENT\"]");
  }

  @Test
  void whatIsMadeOfAnEmptyWindowOrOfAKeyWithoutStateIsWhatItMakesOfNull() throws RequestException {
    deriveOfNulls(Shop.SPENDING);

    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice", "nobody", null]},
                 "features": ["spending:known"], "as_of": "2026-11-23T13:15:00Z"}
                """))
        .contains("{\"values\":[0.0,0.0,0.0],\"statuses\":[\"PRESENT\",\"PRESENT\",\"PRESENT\"]");
  }

  @ParameterizedTest
  @CsvSource({"customer_id, terminal_id", "customer, terminal_id", "customer, terminal"})
  void theEventsKeysAreTheRowsWhicheverNameTheyAreGivenBy(String customer, String terminal)
      throws RequestException {
    derive(
        Shop.SPENDING.with(
            List.of(
                derived("own", "event.customer_id == 'alice'"),
                derived("where", "event.customer_id + '@' + event.terminal_id"))));

    assertThat(
            answer(
                """
                {"entities": {"%s": ["alice", "bob", null], "%s": ["t1", 2, "t3"]},
                 "features": ["spending:own", "spending:where"]}
                """
                    .formatted(customer, terminal)))
        .contains(
            "{\"values\":[true,false,null],\"statuses\":[\"PRESENT\",\"PRESENT\",\"NULL_VALUE\"]")
        .contains(
            "{\"values\":[\"alice@t1\",\"bob@2\",null],\"statuses\":[\"PRESENT\",\"PRESENT\",\"NULL_VALUE\"]");
  }

  @Test
  void theEventsTimeIsThatOfEvaluationThoughTheRequestGivesAnother() throws RequestException {
    derive(Shop.SPENDING.with(List.of(derived("at", "event.paid_at"))));

    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice"], "paid_at": [5]}, "features": ["spending:at"],
                 "as_of": "2026-11-23T12:15:00Z"}
                """))
        .contains("{\"values\":[%d],".formatted(QUARTER_PAST.toEpochMilli()));
  }

  @Test
  void aServiceHasWhatItsViewsDeriveInItsPlace() throws RequestException {
    derive();

    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice"], "amount": [3], "payment_id": ["p1"]},
                 "feature_service": "habits", "full_feature_names": true}
                """))
        .startsWith(
            "{\"metadata\":{\"feature_names\":[\"customer_id\",\"spending__mean\",\"spending__payments_1h\",\"spending__often\",\"spending__share\",\"spending__refund\"]}")
        .contains(
            json(
                """
                {"values":[7.5],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:15:00Z"]},
                {"values":[2],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:15:00Z"]},
                {"values":[true],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:15:00Z"]},
                {"values":[0.2],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:15:00Z"]},
                {"values":[true],"statuses":["PRESENT"],"event_timestamps":["2026-11-23T12:15:00Z"]}]}
                """));
  }

  @Test
  void columnsOfNothingArePassedOverAndEntitiesMayBeCalledByName() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"customer": ["alice"], "weather": ["wet"]},
                 "features": ["spending:payments_1h"],
                 "include_feature_view_version_metadata": true}
                """))
        .startsWith(
            "{\"metadata\":{\"feature_names\":[\"customer_id\",\"payments_1h\"],"
                + "\"feature_view_metadata\":[{\"name\":\"spending\",\"version\":1}]}");
  }

  @Test
  void countsRowsAndStatusesOfEachView() throws RequestException {
    answer(
        """
        {"entities": {"customer_id": ["alice", "nobody"]},
         "features": ["spending:total_1h", "spending:payments_1h"]}
        """);

    assertThat(metrics.get("leat.feature.server.rows").tag("view", "spending").counter().count())
        .isEqualTo(2);
    assertThat(
            metrics
                .get("leat.feature.server.values")
                .tags("view", "spending", "status", "NOT_FOUND")
                .counter()
                .count())
        .isEqualTo(2);
    assertThat(metrics.get("leat.feature.server.age").tag("view", "spending").summary())
        .satisfies(ages -> assertThat(ages.count()).isEqualTo(1))
        .satisfies(ages -> assertThat(ages.totalAmount()).isEqualTo(0));
  }

  @Test
  void refusesMoreThanOneRequestMayAskFor() {
    features = features(new Limits(1_000, 2, 3, 1, Duration.ofSeconds(1), Duration.ZERO));

    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () ->
                    answer(
                        "{\"entities\":{\"customer_id\":[1,2,3]},\"features\":[\"spending:total_1h\"]}")))
        .hasMessage("The request has 3 rows; at most 2 at a time.");
    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () ->
                    answer(
                        "{\"entities\":{\"customer_id\":[1,2]},\"features\":[\"spending:total_1h\",\"spending:payments_1h\"]}")))
        .hasMessage("The request asks for 2 features of 2 rows; at most 3 values at a time.");
  }

  @Test
  void tellsTheWorstLagOfTheViewsThatWereRead() throws RequestException {
    OnlineAnswer both =
        features.answer(
            parse(
                """
                {"entities": {"customer_id": ["alice"], "terminal_id": ["t1"]},
                 "features": ["spending:total_1h", "takings:payments_1h"]}
                """),
            NOON,
            Depth.MEMORY);

    assertThat(both.lag()).isEqualTo(new Lag(7, 40));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | \"features\": [\"profits:total_1h\"] | There is no feature view profits; the pipeline shop has spending, takings, logins.",
        "404 | \"features\": [\"spending:total_2h\"] | There is no feature total_2h in view spending, version 1; it has payments_1h, total_1h.",
        "404 | \"features\": [\"spending@v2:total_1h\"] | There is no version 2 of view spending; the pipeline shop serves version 1.",
        "404 | \"feature_service\": \"theft\" | There is no feature service theft; the pipeline shop has fraud, spender, bare.",
        "400 | \"features\": [\"spending.total_1h\"] | 'spending.total_1h' is no feature reference; expected view:feature or view@v2:feature.",
        "400 | \"features\": [\"takings:payments_1h\"] | View takings is about the entity terminal, and entities has no terminal_id; add a list of its keys.",
        "400 | \"features\": [\"spending:payments_1h\", \"spending:payments_1h\"] | Two columns of the answer would be called payments_1h; name each feature once, or set full_feature_names to true.",
        "404 | \"features\": [\"event:amount\"] | There is no feature view event; the pipeline shop has spending, takings, logins.",
      })
  void saysWhatARequestNamesThatThereIsNot(int status, String what, String detail) {
    RequestException refused =
        catchThrowableOfType(
            RequestException.class,
            () -> answer("{\"entities\": {\"customer_id\": [\"alice\"]}, " + what + "}"));

    assertThat(refused).hasMessage(detail);
    assertThat(refused.kind().status().code()).isEqualTo(status);
  }

  private String answer(String body) throws RequestException {
    return answer(body, QUARTER_PAST);
  }

  private String answer(String body, Instant now) throws RequestException {
    OnlineRequest request = parse(body);
    return new String(
        JsonAnswer.of(features.answer(request, now, Depth.DISK), request.versionMetadata()), UTF_8);
  }

  private static OnlineRequest parse(String body) throws RequestException {
    return JsonRequest.parse(body.getBytes(UTF_8));
  }

  /** JSON without the spaces between its parts. */
  private static String json(String pretty) {
    return pretty.replaceAll("\\n\\s*", "");
  }
}
