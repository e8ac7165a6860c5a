package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.linecorp.armeria.common.HttpStatus;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.Shop;
import io.leat.features.server.ChangelogFollower.Lag;
import io.leat.features.server.CommittedState.Change;
import java.nio.file.Path;
import java.time.Instant;
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
  private OnlineFeatures features;

  @BeforeEach
  void fill() {
    state = new CommittedState(folder, List.of("spending-v1", "takings-v1", "logins-v1"), 8 << 20);
    ViewEngine spending = new ViewEngine(Shop.SPENDING, Shop.PAYMENT);
    byte[] one =
        spending
            .update(null, Shop.payment("p1", 0, "alice", "t1", 10), "p1", NOON.toEpochMilli())
            .state();
    byte[] two =
        spending
            .update(one, Shop.payment("p2", 0, "alice", "t2", 5), "p2", QUARTER_PAST.toEpochMilli())
            .state();
    byte[] till =
        new ViewEngine(Shop.TAKINGS, Shop.PAYMENT)
            .update(null, Shop.payment("p1", 0, "alice", "t1", 10), "p1", NOON.toEpochMilli())
            .state();
    state.apply(
        List.of(
            new Change("spending-v1", EntityKeys.bytes("alice"), two),
            new Change("spending-v1", EntityKeys.bytes("1001"), one),
            new Change("takings-v1", EntityKeys.bytes("t1"), till)),
        List.of());
    features =
        new OnlineFeatures(
            Shop.pipeline(),
            state,
            store -> Optional.of(store.equals("takings-v1") ? new Lag(7, 20) : new Lag(3, 40)));
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
                {"values":["alice","nobody",1001,null],
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
                                              "spending__payments_1h","takings__payments_1h"]},
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
  void aKeyWithStateAndNoValueIsNull() throws RequestException {
    assertThat(
            answer(
                """
                {"entities": {"customer_id": ["alice"]},
                 "features": ["spending:total_1h", "spending:payments_1h"],
                 "as_of": "2026-11-23T18:00:00Z"}
                """))
        .contains("{\"values\":[null],\"statuses\":[\"NULL_VALUE\"]")
        .contains("{\"values\":[0],\"statuses\":[\"PRESENT\"]");
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
            NOON);

    assertThat(both.lag()).isEqualTo(new Lag(7, 40));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | \"features\": [\"profits:total_1h\"] | There is no feature view profits; the pipeline shop has spending, takings, logins.",
        "404 | \"features\": [\"spending:total_2h\"] | There is no feature total_2h in view spending; it has payments_1h, total_1h.",
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

    assertThat(refused.status()).isEqualTo(HttpStatus.valueOf(status));
    assertThat(refused).hasMessage(detail);
  }

  @Test
  void refusesKeysOfNoEntity() {
    RequestException refused =
        catchThrowableOfType(
            RequestException.class,
            () ->
                answer(
                    "{\"entities\": {\"customer\": [\"alice\"]}, \"features\": [\"spending:total_1h\"]}"));

    assertThat(refused)
        .hasMessage(
            "No entity of the pipeline shop has the key customer; there are terminal_id, customer_id.");
  }

  private String answer(String body) throws RequestException {
    return new String(features.answer(parse(body), QUARTER_PAST).toJson(), UTF_8);
  }

  private static OnlineRequest parse(String body) throws RequestException {
    return OnlineRequest.parse(body.getBytes(UTF_8));
  }

  /** JSON without the spaces between its parts. */
  private static String json(String pretty) {
    return pretty.replaceAll("\\n\\s*", "");
  }
}
