package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRequestTest {
  @Test
  void readsFeastsRequest() throws RequestException {
    OnlineRequest request =
        parse(
            """
            {"entities": {"driver_id": [1001, "1002", true, null, 7.5, 12345678901234567890]},
             "features": ["driver_hourly_stats:conv_rate"],
             "full_feature_names": true, "include_feature_view_version_metadata": true,
             "include_null_reasons": true,
             "query": {"nested": [1, {"deeply": null}]}}
            """);

    assertThat(request.names().features()).containsExactly("driver_hourly_stats:conv_rate");
    assertThat(request.names().service()).isEmpty();
    assertThat(request.names().full()).isTrue();
    assertThat(request.versionMetadata()).isTrue();
    assertThat(request.nullReasons()).isTrue();
    assertThat(request.asOf()).isEmpty();
    assertThat(request.rows()).isEqualTo(6);
    assertThat(request.entities().get("driver_id"))
        .containsExactly(1001L, "1002", true, null, 7.5, new BigInteger("12345678901234567890"));
  }

  @Test
  void readsARequestForAServiceAtATime() throws RequestException {
    OnlineRequest request =
        parse(
            """
            {"entities": {"a": []}, "features": [], "feature_service": "fraud",
             "as_of": "2026-11-23T13:00:00.5+01:00"}
            """);

    assertThat(request.names().service()).contains("fraud");
    assertThat(request.names().full()).isFalse();
    assertThat(request.versionMetadata()).isFalse();
    assertThat(request.asOf()).contains(Instant.parse("2026-11-23T12:00:00.500Z"));
    assertThat(request.rows()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "422 | nonsense | The body is not JSON: Unrecognized token 'nonsense': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false').",
        "422 | [] | The body is a list; expected a JSON object with entities and features or feature_service.",
        "422 | {'entities':{'a':[1]},'features':['v:f']} {} | The body goes on behind its object; expected one JSON object.",
        "422 | {'entities':{'a':[1]},'entities':{'b':[1]},'features':['v:f']} | The body is not JSON: Duplicate field 'entities'.",
        "422 | {'entities':{'a':[1]},'features':'v:f'} | features is a text; expected a list of view:feature.",
        "422 | {'entities':{'a':[1]},'features':[7]} | features holds a number; expected texts like view:feature.",
        "422 | {'entities':{'a':[1]},'feature_service':7} | feature_service is a number; expected a text.",
        "422 | {'entities':[],'features':['v:f']} | entities is a list; expected an object of key fields, each with a list of keys.",
        "422 | {'entities':{'a':1},'features':['v:f']} | entities.a is a number; expected a list of keys.",
        "422 | {'entities':{'a':[9007199254740993.0]},'features':['v:f']} | entities.a holds a number of more digits than a double has; send it as a text.",
        "422 | {'entities':{'a':[1e400000000]},'features':['v:f']} | entities.a holds a number of more digits than a double has; send it as a text.",
        "422 | {'entities':{'a':[1e99999999999]},'features':['v:f']} | entities.a holds a number of more digits than a double has; send it as a text.",
        "422 | {'entities':{'a':[[1]]},'features':['v:f']} | entities.a holds a list; expected texts, numbers, booleans or nulls.",
        "422 | {'entities':{'a':[1]},'features':['v:f'],'full_feature_names':1} | full_feature_names is a number; expected true or false.",
        "422 | {'entities':{'a':[1]},'features':['v:f'],'as_of':'noon'} | as_of is 'noon'; expected a time after RFC 3339, such as 2026-11-23T19:30:00Z.",
        "422 | {'entities':{'a':[1]},'features':['v:f'],'as_of':'+999999999-01-01T00:00:00Z'} | as_of is '+999999999-01-01T00:00:00Z'; expected a time after RFC 3339, such as 2026-11-23T19:30:00Z.",
        "400 | {'entities':{'a':[1]}} | The request names no features; expected either features or feature_service.",
        "400 | {'entities':{'a':[1]},'features':['v:f'],'feature_service':'s'} | The request names both features and feature_service; expected either features or feature_service.",
        "400 | {'features':['v:f']} | entities is empty; expected columns of keys, each with one key a row.",
        "400 | {'entities':{},'features':['v:f']} | entities is empty; expected columns of keys, each with one key a row.",
        "400 | {'entities':{'a':[1,2],'b':[1]},'features':['v:f']} | entities.a has 2 keys and entities.b has 1; expected the same number in each.",
      })
  void saysWhatIsWrongWithARequest(int status, String body, String detail) {
    RequestException refused =
        catchThrowableOfType(RequestException.class, () -> parse(body.replace('\'', '"')));

    assertThat(refused.getMessage().replace('"', '\'')).isEqualTo(detail);
    assertThat(refused.kind().status().code()).isEqualTo(status);
  }

  private static OnlineRequest parse(String body) throws RequestException {
    return JsonRequest.parse(body.getBytes(UTF_8));
  }
}
