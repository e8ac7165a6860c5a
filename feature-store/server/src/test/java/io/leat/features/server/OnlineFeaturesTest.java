package io.leat.features.server;

import static io.leat.features.server.ShopAnswers.NOON;
import static io.leat.features.server.ShopAnswers.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.features.engine.Micros;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.BackfilledShop;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.Shop;
import io.leat.features.online.backfill.BackfillState;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Depth;
import io.leat.pipeline.definition.Contract;
import io.leat.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is answered of {@link ShopAnswers}. */
class OnlineFeaturesTest {
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

  @Test
  void answersByColumnEntityKeysFirst() throws RequestException {
    assertThat(
            shop.answer(
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
                {"values":[2,0,1,null],
                 "statuses":["PRESENT","NOT_FOUND","PRESENT","NOT_FOUND"],
                 "event_timestamps":["2026-11-23T12:15:00Z","1970-01-01T00:00:00Z",
                                     "2026-11-23T12:00:00Z","1970-01-01T00:00:00Z"]}]}
                """));
  }

  @Test
  void aViewThatWaitsForItsBackfillHasNoValuesThoughSomeOfItsEntriesAreThere()
      throws RequestException {
    shop.serve(BackfilledShop.PIPELINE, Limits.DEFAULT);
    String request =
        """
        {"entities": {"customer_id": ["alice"]}, "features": ["spending:total_1h"]}
        """;

    assertThat(shop.answer(request)).contains("NOT_FOUND");
    shop.tellOfBackfill("taking_in 1 7 5");
    assertThat(shop.answer(request)).contains("NOT_FOUND");
    shop.tellOfBackfill("live 1 7 5");
    assertThat(shop.answer(request)).contains("{\"values\":[15.0],\"statuses\":[\"PRESENT\"]");
  }

  @Test
  void aPartitionThatHasItsBackfillDoesNotSpeakForOneThatHasNot() throws RequestException {
    Contract payments = Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 4);
    shop.serve(
        Shop.pipeline(List.of(payments), List.of(BackfilledShop.SPENDING), List.of()),
        Limits.DEFAULT);
    int ofAlice = Topics.partition("alice".getBytes(UTF_8), 4);
    int ofOther = Topics.partition("1001".getBytes(UTF_8), 4);
    assertThat(ofAlice).isNotEqualTo(ofOther);
    String request =
        """
        {"entities": {"customer_id": ["alice", "1001"]}, "features": ["spending:total_1h"],
         "include_null_reasons": true}
        """;

    shop.tellOfBackfill(ofAlice, "taking_in 1 7 5");
    shop.tellOfBackfill(ofOther, "live 1 7 5");
    assertThat(shop.answer(request)).contains("\"values\":[null,10.0]").contains("not_yet");

    shop.tellOfBackfill(ofAlice, "live 1 7 5");
    shop.tellOfBackfill(ofOther, "taking_in 1 7 5");
    assertThat(shop.answer(request)).contains("\"values\":[15.0,null]");
  }

  @Test
  void whatAnEarlierReleaseTookInOfAllPartitionsIsStillRead() throws RequestException {
    shop.serve(BackfilledShop.PIPELINE, Limits.DEFAULT);
    shop.state()
        .apply(
            List.of(new Change("spending-v1", BackfillState.name(), "live 1 7 5".getBytes(UTF_8))),
            List.of());

    assertThat(
            shop.answer(
                """
                {"entities": {"customer_id": ["alice"]}, "features": ["spending:total_1h"]}
                """))
        .contains("{\"values\":[15.0],\"statuses\":[\"PRESENT\"]");
  }

  @Test
  void aKeyWithoutStateIsNotKnownAsFarBackAsItsPartitionHasRemovedKeys() throws RequestException {
    int ofNobody = Topics.partition("nobody".getBytes(UTF_8), 4);
    byte[] noon = ByteBuffer.allocate(8).putLong(Micros.of(NOON)).array();
    shop.state()
        .apply(
            List.of(Change.of("spending-v1", ofNobody, ViewEngine.nameOfRemoved(), noon)),
            List.of());
    String request =
        """
        {"entities": {"customer_id": ["nobody"]}, "features": ["spending:payments_1h"],
         "include_null_reasons": true}
        """;

    assertThat(shop.answer(request, NOON.plusSeconds(3_600)))
        .contains("{\"values\":[0],\"statuses\":[\"NOT_FOUND\"]");
    assertThat(shop.answer(request, NOON.plusSeconds(3_599)))
        .contains("{\"values\":[null],\"statuses\":[\"INVALID\"]")
        .contains("removed");
    String then =
        request.replace("{\"entities\"", "{\"as_of\": \"2026-11-23T12:30:00Z\", \"entities\"");
    assertThat(catchThrowableOfType(RequestException.class, () -> shop.answer(then)))
        .hasMessageContaining("is out of retention")
        .hasMessageContaining("payments_1h of the view spending");
  }

  @Test
  void answersOfSeveralEntitiesWithFullNames() throws RequestException {
    assertThat(
            shop.answer(
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
            shop.answer(
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

    assertThat(shop.answer(request.formatted("2026-11-23T12:14:59Z")))
        .contains("\"values\":[10.0]");
    assertThat(shop.answer(request.formatted("2026-11-23T13:00:00Z"))).contains("\"values\":[5.0]");
  }

  @Test
  void aKeyThatHasBeenIdleForLongerThanTheWindowIsOutsideItsAge() throws RequestException {
    String request =
        """
        {"entities": {"customer_id": ["alice"]},
         "features": ["spending:total_1h", "spending:payments_1h"], "as_of": "%s"}
        """;

    assertThat(shop.answer(request.formatted("2026-11-23T13:14:59.999Z")))
        .contains("{\"values\":[5.0],\"statuses\":[\"PRESENT\"]");
    assertThat(shop.answer(request.formatted("2026-11-23T13:15:00Z")))
        .contains("{\"values\":[null],\"statuses\":[\"OUTSIDE_MAX_AGE\"]")
        .contains("{\"values\":[0],\"statuses\":[\"PRESENT\"]");
  }

  @Test
  void saysWhyValuesAreNullWhereItIsAsked() throws RequestException {
    String answer =
        shop.answer(
            """
            {"entities": {"customer_id": ["nobody", null, "alice"]},
             "features": ["spending:total_1h", "spending:payments_1h"],
             "include_null_reasons": true}
            """,
            NOON);

    assertThat(answer)
        .contains("\"null_reasons\":[null,\"no_key\",null]")
        .contains("\"null_reasons\":[\"no_event\",\"no_key\",\"not_kept\"]")
        .contains(
            "{\"values\":[0,null,null],\"statuses\":[\"NOT_FOUND\",\"NOT_FOUND\",\"INVALID\"]");
  }

  @Test
  void aValueThatTheWindowsEventsDoNotHaveIsNull() throws RequestException {
    byte[] withoutAmount =
        new States(Shop.SPENDING, Shop.PAYMENTS)
            .with(Shop.payment("p9", NOON.toEpochMilli(), "bob", "t1", Double.NaN));
    shop.state()
        .apply(
            List.of(new Change("spending-v1", EntityKeys.bytes("bob"), withoutAmount)), List.of());

    assertThat(
            shop.answer(
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

    assertThat(shop.answer(request.formatted("2026-11-23T12:05:00Z"))).contains("[1,1]");
    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () -> shop.answer(request.formatted("2026-11-23T12:04:59Z"))))
        .hasMessage(
            "as_of 2026-11-23T12:04:59Z is out of retention: of a key with an event at 2026-11-23T12:15:00Z, the view spending keeps no more the whole of what payments_1h covers then. Ask for 2026-11-23T12:05:00Z or later, or take older values from the offline store.");
  }

  @Test
  void nobodyReadsWhileTransactionsAreThereInPart() throws RequestException {
    String request =
        """
        {"entities": {"customer_id": ["1001"]}, "features": ["spending:payments_1h"]}
        """;
    shop.state().applyPart(List.of(), List.of());

    assertThat(catchThrowableOfType(RequestException.class, () -> shop.answer(request)))
        .hasMessageStartingWith("Not ready: more has come at once than can be held back")
        .extracting(RequestException::kind)
        .isEqualTo(RequestException.Kind.NOT_READY);

    shop.state().apply(List.of(), List.of());
    assertThat(shop.answer(request)).contains("[1]");
  }

  @Test
  void aKeyWithAnEventFromBeyondItsGraceCannotBeReportedNow() throws RequestException {
    assertThat(
            shop.answer(
                """
                {"entities": {"customer_id": ["alice"]}, "features": ["spending:payments_1h"]}
                """,
                NOON))
        .contains("{\"values\":[null],\"statuses\":[\"INVALID\"]");
  }

  @Test
  void aServicesFeaturesOfTheEventAreMadeOfWhatTheRequestGives() throws RequestException {
    assertThat(
            shop.answer(
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

  @Test
  void columnsOfNothingArePassedOverAndEntitiesMayBeCalledByName() throws RequestException {
    assertThat(
            shop.answer(
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
    shop.answer(
        """
        {"entities": {"customer_id": ["alice", "nobody"]},
         "features": ["spending:total_1h", "spending:payments_1h"]}
        """);

    assertThat(
            shop.metrics()
                .get("leat.feature.server.rows")
                .tag("view", "spending")
                .counter()
                .count())
        .isEqualTo(2);
    assertThat(
            shop.metrics()
                .get("leat.feature.server.values")
                .tags("view", "spending", "status", "NOT_FOUND")
                .counter()
                .count())
        .isEqualTo(2);
    assertThat(shop.metrics().get("leat.feature.server.age").tag("view", "spending").summary())
        .satisfies(ages -> assertThat(ages.count()).isEqualTo(1))
        .satisfies(ages -> assertThat(ages.totalAmount()).isEqualTo(0));
  }

  @Test
  void refusesMoreThanOneRequestMayAskFor() {
    shop.serve(Shop.pipeline(), new Limits(1_000, 2, 3, 1, Duration.ofSeconds(1), Duration.ZERO));

    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () ->
                    shop.answer(
                        "{\"entities\":{\"customer_id\":[1,2,3]},\"features\":[\"spending:total_1h\"]}")))
        .hasMessage("The request has 3 rows; at most 2 at a time.");
    assertThat(
            catchThrowableOfType(
                RequestException.class,
                () ->
                    shop.answer(
                        "{\"entities\":{\"customer_id\":[1,2]},\"features\":[\"spending:total_1h\",\"spending:payments_1h\"]}")))
        .hasMessage("The request asks for 2 features of 2 rows; at most 3 values at a time.");
  }

  @Test
  void tellsTheWorstLagOfTheViewsThatWereRead() throws RequestException {
    OnlineAnswer both =
        shop.features()
            .answer(
                ShopAnswers.parse(
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
            () -> shop.answer("{\"entities\": {\"customer_id\": [\"alice\"]}, " + what + "}"));

    assertThat(refused).hasMessage(detail);
    assertThat(refused.kind().status().code()).isEqualTo(status);
  }
}
