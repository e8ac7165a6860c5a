package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import io.leat.features.server.FeatureEndpoints.Wire;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.RequestException.Kind;
import io.leat.runtime.access.Access;
import io.leat.schemas.NullReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description says what the server does, all of it and nothing else. */
class OpenApiTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  private FeatureEndpoints endpoints;
  private JsonNode description;

  @BeforeEach
  void open() throws Exception {
    endpoints = FeatureEndpoints.open(folder, Limits.DEFAULT, Access.LOCAL);
    description = JSON.readTree(endpoints.get("/openapi.json").contentUtf8());
  }

  @AfterEach
  void close() {
    endpoints.close();
  }

  @Test
  void everyPathThatIsServedIsDescribedAndNoOther() {
    assertThat(names(description.path("paths")))
        .containsExactlyInAnyOrderElementsOf(endpoints.paths());
  }

  @Test
  void whatIsReadWithGetAnswersAsDescribed() {
    description
        .path("paths")
        .properties()
        .forEach(
            path -> {
              JsonNode answers = path.getValue().path("get").path("responses");
              if (answers.isObject()) {
                AggregatedHttpResponse answer = endpoints.get(path.getKey());
                JsonNode described = answers.path(answer.status().codeAsText());
                assertThat(described.isObject())
                    .as("%s answers %s", path.getKey(), answer.status())
                    .isTrue();
                names(described.path("content"))
                    .forEach(
                        type ->
                            assertThat(String.valueOf(answer.contentType()))
                                .as(path.getKey())
                                .startsWith(type));
              }
            });
  }

  @Test
  void everyStatusOfARefusalIsDescribed() {
    TreeSet<String> statuses = new TreeSet<>(List.of("200"));
    for (Kind kind : Kind.values()) {
      if (kind != Kind.ABORTED) { // nobody is there to be told
        statuses.add(kind.status().codeAsText());
      }
    }

    assertThat(names(operation().path("responses"))).containsExactlyInAnyOrderElementsOf(statuses);
  }

  @Test
  void aRequestWithAllThatIsDescribedGetsAnAnswerOfNothingElse() throws Exception {
    JsonNode schemas = description.path("components").path("schemas");
    Map<String, String> given =
        Map.of(
            "entities", "{\"customer_id\":[\"alice\"]}",
            "features", "[\"spending:total_1h\"]",
            "full_feature_names", "true",
            "include_feature_view_version_metadata", "true",
            "include_null_reasons", "true",
            "as_of", "\"" + FeatureEndpoints.QUARTER_PAST + "\"");
    List<String> body = new ArrayList<>();
    given.forEach((name, value) -> body.add("\"" + name + "\":" + value));

    AggregatedHttpResponse answer =
        endpoints.post(Wire.HTTP_1, Map.of(), "{" + String.join(",", body) + "}");

    List<String> fields = new ArrayList<>(given.keySet());
    fields.add("feature_service"); // not beside features
    assertThat(names(schemas.path("Request").path("properties")))
        .containsExactlyInAnyOrderElementsOf(fields);
    assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(200);
    JsonNode json = JSON.readTree(answer.contentUtf8());
    JsonNode described = schemas.path("Answer").path("properties");
    assertThat(names(json)).containsExactlyInAnyOrderElementsOf(names(described));
    assertThat(names(json.path("metadata")))
        .containsExactlyInAnyOrderElementsOf(names(described.path("metadata").path("properties")));
    JsonNode result = described.path("results").path("items").path("properties");
    assertThat(names(json.path("results").path(0)))
        .containsExactlyInAnyOrderElementsOf(names(result));
    List<String> statuses = new ArrayList<>();
    result.path("statuses").path("items").path("enum").forEach(s -> statuses.add(s.asText()));
    assertThat(statuses)
        .containsExactlyElementsOf(Arrays.stream(Status.values()).map(Status::name).toList());
    List<String> reasons = new ArrayList<>();
    result
        .path("null_reasons")
        .path("items")
        .path("enum")
        .forEach(r -> reasons.add(r.asText(null)));
    assertThat(reasons)
        .startsWith(Arrays.stream(NullReason.values()).map(NullReason::text).toArray(String[]::new))
        .endsWith((String) null);
    names(operation().path("responses").path("200").path("headers"))
        .forEach(header -> assertThat(answer.headers().get(header)).as(header).isNotNull());
  }

  @Test
  void thePageForPeopleTakesNothingFromElsewhere() {
    AggregatedHttpResponse page = endpoints.get("/docs");

    assertThat(page.status().code()).isEqualTo(200);
    assertThat(page.contentUtf8()).contains("fetch(\"openapi.json\")").doesNotContain("//");
  }

  private JsonNode operation() {
    return description.path("paths").path("/get-online-features").path("post");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    for (Iterator<String> each = object.fieldNames(); each.hasNext(); ) {
      names.add(each.next());
    }
    return names;
  }
}
