package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.linecorp.armeria.common.MediaType;
import io.leat.ingestion.gateway.RequestBody.Form;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBodyTest {
  @ParameterizedTest
  @CsvSource({
    "application/json, JSON",
    "application/json; charset=utf-8, JSON",
    "application/x-ndjson, LINES",
    "application/jsonl, LINES",
    "application/vnd.acme+json, JSON",
    "application/cloudevents+json, CLOUD_EVENT",
    "application/cloudevents-batch+json, CLOUD_EVENTS",
  })
  void aContentTypeSaysTheForm(String contentType, Form form) {
    assertThat(RequestBody.form(MediaType.parse(contentType))).isEqualTo(form);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/cloudevents+avro",
        "application/cloudevents-other+json",
        "application/json; charset=utf-16"
      })
  void anyOtherIsRefused(String contentType) {
    assertRefused(() -> RequestBody.form(MediaType.parse(contentType)), 415);
    assertRefused(() -> RequestBody.form(null), 415);
  }

  @Test
  void theItemsOfAnArrayStayByteForByte() {
    String array = " [ {\"a\": 1.50 , \"b\":[{}]},{\"é😀\":\"\\u00e9\"} , 5,\"text\", null,[1] ]\n";

    assertThat(texts(array, Form.JSON))
        .containsExactly(
            "{\"a\": 1.50 , \"b\":[{}]}", "{\"é😀\":\"\\u00e9\"}", "5", "\"text\"", "null", "[1]");
  }

  @Test
  void anObjectIsOneEventAsItStands() {
    assertThat(texts(" {\"a\": [1, 2]}\n", Form.JSON)).containsExactly(" {\"a\": [1, 2]}\n");
    assertThat(texts("[]", Form.JSON)).isEmpty();
  }

  @Test
  void eachLineIsAnEventWhateverIsInIt() {
    assertThat(texts("{\"a\":1}\r\n\n  \n{\"a\":\n", Form.LINES))
        .containsExactly("{\"a\":1}", "{\"a\":");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "  ", "{", "[{}", "{}{}", "[] []", "nothing", "5", "[{},]", "{\"a\":}"})
  void whatIsNoJsonIsRefused(String body) {
    assertRefused(() -> texts(body, Form.JSON), 400);
  }

  @Test
  void otherEncodingsAndOtherFormsAreRefused() {
    assertRefused(() -> RequestBody.events(new byte[] {'"', (byte) 0xff, '"'}, Form.JSON, 9), 400);
    assertRefused(() -> RequestBody.events("{}".getBytes(UTF_16LE), Form.JSON, 9), 400);
    assertRefused(() -> texts("[{}]", Form.CLOUD_EVENT), 400);
    assertRefused(() -> texts("{}", Form.CLOUD_EVENTS), 400);
    assertRefused(() -> texts("[".repeat(5_000), Form.JSON), 400);
  }

  @Test
  void moreThanTheLimitIsRefused() {
    assertThat(RequestBody.events("[1,2]".getBytes(UTF_8), Form.JSON, 2)).hasSize(2);
    assertRefused(() -> RequestBody.events("[1,2,3]".getBytes(UTF_8), Form.JSON, 2), 413);
    assertRefused(() -> RequestBody.events("{}\n{}\n{}".getBytes(UTF_8), Form.LINES, 2), 413);
  }

  private static List<String> texts(String body, Form form) {
    return RequestBody.events(body.getBytes(UTF_8), form, 100).stream()
        .map(event -> new String(event, UTF_8))
        .toList();
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int status) {
    assertThatThrownBy(call)
        .asInstanceOf(type(RequestException.class))
        .satisfies(refused -> assertThat(refused.status().code()).isEqualTo(status));
  }
}
