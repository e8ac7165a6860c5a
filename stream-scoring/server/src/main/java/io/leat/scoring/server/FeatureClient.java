package io.leat.scoring.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.WebClientBuilder;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.leat.pipeline.definition.FeatureService;
import io.leat.schemas.ValueType;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the feature server for vectors, out of committed state. Any feature server answers for any
 * key, so there is but one address. Numbers travel as their shortest decimals, which have the same
 * bits when they are read. Thread-safe.
 */
final class FeatureClient {
  private static final Logger log = LoggerFactory.getLogger(FeatureClient.class);

  private final WebClient client;
  private final URI address;

  FeatureClient(URI address, Optional<String> key, Duration timeout) {
    WebClientBuilder builder =
        WebClient.builder(address)
            .responseTimeout(timeout)
            .maxResponseLength(0); // as long as the request makes it, and that has its limit
    key.ifPresent(secret -> builder.addHeader("x-api-key", secret));
    this.client = builder.build();
    this.address = address;
  }

  /**
   * Vectors, one a row of the request.
   *
   * @param lagRecords committed changes that the feature server had not yet taken in
   * @param lagMillis since the views were last known to be level
   */
  record Vectors(List<Vector> rows, long lagRecords, long lagMillis) {}

  /**
   * @param values one a feature: Long, Double, Boolean, String or null
   * @param nullReasons of each value that is null, why; null of others
   */
  record Vector(List<@Nullable Object> values, List<@Nullable String> nullReasons) {}

  /**
   * Reads the features of a service.
   *
   * @param types of its features, by full name, in its order
   * @param entities column to one value a row
   * @param asOf time to evaluate at, RFC 3339; empty: the present
   * @throws RequestException as the feature server refuses what the request says; 503 where it
   *     cannot be asked
   */
  Vectors read(
      FeatureService service,
      Map<String, Optional<ValueType>> types,
      ObjectNode entities,
      int rows,
      Optional<String> asOf)
      throws RequestException {
    ObjectNode question = JsonTensors.JSON.objectNode();
    question.put("feature_service", service.name());
    question.put("full_feature_names", true);
    question.put("include_null_reasons", true);
    question.set("entities", entities);
    asOf.ifPresent(time -> question.put("as_of", time));
    AggregatedHttpResponse answer = ask(JsonTensors.write(question));
    byte[] content = answer.content().array();
    if (!answer.status().equals(HttpStatus.OK)) {
      throw refusal(answer.status(), answer.contentUtf8());
    }
    JsonNode results = JsonTensors.object(content, 0, content.length).path("results");
    int first = results.size() - types.size();
    if (first < 0) {
      throw RequestException.unavailable(
          "The feature server at %s has another service %s than this pipeline; start both from one folder."
              .formatted(address, service.name()));
    }
    List<Optional<ValueType>> ofFeature = List.copyOf(types.values());
    List<Vector> vectors = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      List<@Nullable Object> values = new ArrayList<>();
      List<@Nullable String> reasons = new ArrayList<>();
      for (int feature = 0; feature < ofFeature.size(); feature++) {
        JsonNode column = results.get(first + feature);
        values.add(value(column.path("values").path(row), ofFeature.get(feature)));
        reasons.add(column.path("null_reasons").path(row).textValue());
      }
      vectors.add(new Vector(values, reasons));
    }
    return new Vectors(
        vectors,
        answer.headers().getLong("leat-lag-records", 0),
        answer.headers().getLong("leat-lag-millis", 0));
  }

  private AggregatedHttpResponse ask(byte[] question) throws RequestException {
    try {
      return client
          .prepare()
          .post("/get-online-features")
          .content(MediaType.JSON, question)
          .execute()
          .aggregate()
          .join();
    } catch (CompletionException e) {
      log.warn("The feature server at {} does not answer", address, e.getCause());
      throw RequestException.unavailable(
          "The feature server at %s does not answer; start it, or say by --feature-server where it is."
              .formatted(address));
    }
  }

  /** What it refuses of the request is passed on; what is between the two servers is not. */
  private RequestException refusal(HttpStatus status, String body) {
    String said = sentence(body);
    return switch (status.code()) {
      case 400, 404, 422 -> RequestException.malformed("%s", said);
      case 413 -> new RequestException(HttpStatus.REQUEST_ENTITY_TOO_LARGE, "%s", said);
      case 429 -> new RequestException(HttpStatus.TOO_MANY_REQUESTS, "%s", said);
      default ->
          RequestException.unavailable(
              "The feature server at %s answers %s: %s".formatted(address, status, said));
    };
  }

  /** Out of the three ways in which a feature server words a refusal. */
  private static String sentence(String body) {
    String detail = body;
    try {
      byte[] bytes = body.getBytes(UTF_8);
      JsonNode node = JsonTensors.parse(bytes);
      if (node.isTextual()) {
        node = JsonTensors.parse(node.textValue().getBytes(UTF_8));
      }
      JsonNode said = node.path("detail");
      JsonNode found =
          said.isArray()
              ? said.path(0).path("msg")
              : said.isTextual() ? said : node.path("message");
      detail = found.isTextual() ? found.textValue() : body;
    } catch (RequestException e) {
      log.debug("No JSON from the feature server: {}", body);
    }
    return detail;
  }

  private static @Nullable Object value(JsonNode node, Optional<ValueType> type) {
    if (node.isNull() || node.isMissingNode()) {
      return null;
    }
    if (type.equals(Optional.of(ValueType.DOUBLE))) {
      return node.isTextual() ? (Object) Double.valueOf(node.textValue()) : node.doubleValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    return node.isNumber() ? (Object) node.doubleValue() : node.asText();
  }
}
