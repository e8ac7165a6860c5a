package io.leat.features.server;

import static io.leat.features.server.ShopAnswers.NOON;
import static io.leat.features.server.ShopAnswers.QUARTER_PAST;
import static io.leat.features.server.ShopAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.features.online.BackfilledShop;
import io.leat.features.online.Shop;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is answered of {@link ShopAnswers} where views derive features. */
class DerivedOnlineFeaturesTest {
  @TempDir Path folder;

  private ShopAnswers shop;

  @BeforeEach
  void open() {
    shop = new ShopAnswers(folder);
  }

  @AfterEach
  void close() {
    shop.close();
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
                Shop.derived(
                    "takings.first", "event.payment_id == 'p1' && takings.payments_1h == 1.0")));
    derive(
        Shop.SPENDING.with(List.of(derived("share", "event.amount / spending.total_1h"))), takings);
    String request =
        """
        {"entities": {"customer_id": ["alice"], "terminal_id": ["t1"]%s},
         "features": ["spending:share", "takings:first"]}
        """;

    assertThat(shop.answer(request.formatted("")))
        .contains("{\"values\":[null],\"statuses\":[\"INVALID\"]")
        .doesNotContain("[30", "true");
    assertThat(shop.answer(request.formatted(", \"amount\": [30], \"payment_id\": [\"p1\"]")))
        .contains("{\"values\":[2.0],\"statuses\":[\"PRESENT\"]")
        .contains("{\"values\":[true],\"statuses\":[\"PRESENT\"]");
    assertThat(
            catchThrowableOfType(
                RequestException.class, () -> shop.answer(request.formatted(", \"amount\": [30]"))))
        .hasMessage(
            "The request gives some of the event's fields that its features need, and lacks payment_id; give all of amount, payment_id in entities, or none.");
  }

  /** Spending whose derived features have a value though a column of theirs is null. */
  private void deriveOfNulls(FeatureView spending) {
    derive(
        spending.with(
            List.of(
                derived("known", "has(spending.total_1h) ? spending.total_1h : 0.0"),
                derived("either", "spending.total_1h > 100.0 || spending.payments_1h < 1.0"))));
  }

  private void derive(FeatureView spending) {
    derive(spending, Shop.TAKINGS);
  }

  private void derive(FeatureView spending, FeatureView takings) {
    List<FeatureService.Feature> all = new ArrayList<>(spending.derived());
    all.add(1, new ViewFeature(new ViewId("spending", 1), "payments_1h"));
    Pipeline pipeline =
        Shop.pipeline(
            List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 4)),
            List.of(spending, takings),
            List.of(
                new FeatureService("habits", 1, "payments", all, Optional.empty(), "fingerprint")));
    shop.serve(pipeline, Limits.DEFAULT);
  }

  private static DerivedFeature derived(String name, String expression) {
    return Shop.derived("spending." + name, expression);
  }

  @Test
  void whatAViewDerivesOfItsColumnsIsAskedForAsTheyAre() throws RequestException {
    derive();

    assertThat(
            shop.answer(
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
                {"values":[2,0,1],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z"]},
                {"values":[true,false,false],
                 "statuses":["PRESENT","PRESENT","PRESENT"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z"]}]}
                """));
    assertThat(
            shop.metrics()
                .get("leat.feature.server.values")
                .tags("view", "spending", "status", "NOT_FOUND")
                .counter()
                .count())
        .isEqualTo(2);
  }

  @Test
  void whatAViewDerivesOfTheEventIsMadeOfWhatTheRequestGives() throws RequestException {
    derive();
    String share =
        """
        {"entities": {"customer_id": ["alice", "alice", "nobody"]%s}, "features": ["spending:share"]}
        """;

    assertThat(shop.answer(share.formatted(", \"amount\": [30, null, 30]")))
        .contains(
            "{\"values\":[2.0,null,null],\"statuses\":[\"PRESENT\",\"NULL_VALUE\",\"NOT_FOUND\"]");
    assertThat(shop.answer(share.formatted("")))
        .contains(
            "{\"values\":[null,null,null],\"statuses\":[\"INVALID\",\"INVALID\",\"INVALID\"]");
    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () ->
                    shop.answer(
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

    assertThat(shop.answer(mean.formatted("2026-11-23T13:00:00Z")))
        .contains("{\"values\":[5.0],\"statuses\":[\"PRESENT\"]");
    assertThat(shop.answer(mean.formatted("2026-11-23T13:15:00Z")))
        .contains("{\"values\":[null],\"statuses\":[\"OUTSIDE_MAX_AGE\"]");
    assertThat(
            catchThrowableOfType(
                RequestException.class, () -> shop.answer(mean.formatted("2026-11-23T12:04:59Z"))))
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
      assertThat(catchThrowableOfType(RequestException.class, () -> shop.answer(before)))
          .hasMessageStartingWith("as_of 2026-11-23T12:04:59Z is out of retention");
      String now = request.formatted(feature, "");
      assertThat(shop.answer(now, NOON)).contains("null],\"statuses\":[\"PRESENT\",\"INVALID\"]");
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

    assertThat(shop.answer(request))
        .contains("{\"values\":[null,null],\"statuses\":[\"NOT_FOUND\",\"NOT_FOUND\"]")
        .doesNotContain("0.0", "true");
    shop.tellOfBackfill("live 1 7 5");
    assertThat(shop.answer(request))
        .contains("{\"values\":[15.0,0.0],\"statuses\":[\"PRESENT\",\"PRESENT\"]")
        .contains("{\"values\":[false,true],\"statuses\":[\"PRESENT\",\"PRESENT\"]");
  }

  @Test
  void whatIsMadeOfAnEmptyWindowOrOfAKeyWithoutStateIsWhatItMakesOfNull() throws RequestException {
    deriveOfNulls(Shop.SPENDING);

    assertThat(
            shop.answer(
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
            shop.answer(
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
            shop.answer(
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
            shop.answer(
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
}
