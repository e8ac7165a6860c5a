package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnlineRequestTest {
  @Test
  void readsFeastsRequest() throws RequestException {
    OnlineRequest request =
        parse(
            """
            {"entities": {"driver_id": [1001, "1002", true, null]},
             "features": ["driver_hourly_stats:conv_rate"],
             "full_feature_names": true,
             "query": null}
            """);

    assertThat(request.features()).contains(List.of("driver_hourly_stats:conv_rate"));
    assertThat(request.featureService()).isEmpty();
    assertThat(request.fullFeatureNames()).isTrue();
    assertThat(request.asOf()).isEmpty();
    assertThat(request.rows()).isEqualTo(4);
    assertThat(request.entities().get("driver_id"))
        .extracting(JsonNode::asText)
        .containsExactly("1001", "1002", "true", "null");
  }

  @Test
  void readsARequestForAServiceAtATime() throws RequestException {
    OnlineRequest request =
        parse(
            """
            {"entities": {"a": []}, "features": [], "feature_service": "fraud",
             "as_of": "2026-11-23T13:00:00.5+01:00"}
            """);

    assertThat(request.featureService()).contains("fraud");
    assertThat(request.fullFeatureNames()).isFalse();
    assertThat(request.asOf()).contains(Instant.parse("2026-11-23T12:00:00.500Z"));
    assertThat(request.rows()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | The body is not JSON: Unrecognized token 'nonsense': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false').",
        "[] | The body is a list; expected a JSON object with entities and features or feature_service.",
        "{'entities':{'a':[1]}} | The request names no features; expected either features or feature_service.",
        "{'entities':{'a':[1]},'features':['v:f'],'feature_service':'s'} | The request names both features and feature_service; expected either features or feature_service.",
        "{'entities':{'a':[1]},'features':'v:f'} | features is a text; expected a list of view:feature.",
        "{'entities':{'a':[1]},'features':[7]} | features holds a number; expected texts like view:feature.",
        "{'entities':{'a':[1]},'feature_service':7} | feature_service is a number; expected a text.",
        "{'features':['v:f']} | entities is missing; expected an object of key fields, each with a list of keys.",
        "{'entities':{},'features':['v:f']} | entities is an empty object; expected an object of key fields, each with a list of keys.",
        "{'entities':{'a':1},'features':['v:f']} | entities.a is a number; expected a list of keys.",
        "{'entities':{'a':[1.5]},'features':['v:f']} | entities.a holds the number 1.5; expected texts, whole numbers, booleans or nulls.",
        "{'entities':{'a':[1,2],'b':[1]},'features':['v:f']} | entities.a has 2 keys and entities.b has 1; expected the same number in each.",
        "{'entities':{'a':[1]},'features':['v:f'],'full_feature_names':1} | full_feature_names is a number; expected true or false.",
        "{'entities':{'a':[1]},'features':['v:f'],'as_of':'noon'} | as_of is 'noon'; expected a time after RFC 3339, such as 2026-11-23T19:30:00Z.",
        "{'entities':{'a':[1]},'features':['v:f'],'as_of':'+999999999-01-01T00:00:00Z'} | as_of is '+999999999-01-01T00:00:00Z'; expected a time after RFC 3339, such as 2026-11-23T19:30:00Z.",
      })
  void saysWhatIsWrongWithARequest(String body, String detail) {
    RequestException refused =
        catchThrowableOfType(RequestException.class, () -> parse(body.replace('\'', '"')));

    assertThat(refused.status()).isEqualTo(HttpStatus.BAD_REQUEST);
    assertThat(refused).hasMessage(detail.replace('"', '\''));
  }

  private static OnlineRequest parse(String body) throws RequestException {
    return OnlineRequest.parse(body.getBytes(UTF_8));
  }
}
