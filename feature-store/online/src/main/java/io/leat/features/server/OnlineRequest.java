package io.leat.features.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code POST /get-online-features}, as Feast's clients send it. Fields that neither knows are
 * passed over, as Feast does.
 *
 * @param features references {@code view:feature} or {@code view@v2:feature}; empty where a service
 *     is asked for
 * @param featureService name of a service; empty where features are asked for
 * @param entities key field to one key a row, in the request's order; every list has the same
 *     length. A key is text, a whole number, a boolean or null
 * @param fullFeatureNames whether names in the answer are {@code view__feature}
 * @param asOf the time to evaluate at; empty: now. Leat's own; Feast has no such field
 */
record OnlineRequest(
    Optional<List<String>> features,
    Optional<String> featureService,
    Map<String, List<JsonNode>> entities,
    boolean fullFeatureNames,
    Optional<Instant> asOf) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Reads a request's body.
   *
   * @throws RequestException if it is no such request
   */
  static OnlineRequest parse(byte[] body) throws RequestException {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw RequestException.bad("The body is not JSON: %s.", e.getOriginalMessage());
    } catch (IOException e) {
      throw RequestException.bad("The body cannot be read: %s.", e.getMessage());
    }
    if (!json.isObject()) {
      throw RequestException.bad(
          "The body is %s; expected a JSON object with entities and features or feature_service.",
          kind(json));
    }
    Optional<List<String>> features = features(json.path("features"));
    Optional<String> service = text(json, "feature_service");
    if (features.isPresent() == service.isPresent()) {
      throw RequestException.bad(
          "The request names %s; expected either features or feature_service.",
          features.isPresent() ? "both features and feature_service" : "no features");
    }
    return new OnlineRequest(
        features,
        service,
        entities(json.path("entities")),
        fullFeatureNames(json.path("full_feature_names")),
        asOf(json));
  }

  /** Number of rows that are asked for. */
  int rows() {
    return entities.values().iterator().next().size();
  }

  private static Optional<List<String>> features(JsonNode node) throws RequestException {
    if (isAbsent(node)) {
      return Optional.empty();
    }
    if (!node.isArray()) {
      throw RequestException.bad("features is %s; expected a list of view:feature.", kind(node));
    }
    List<String> features = new ArrayList<>();
    for (JsonNode feature : node) {
      if (!feature.isTextual()) {
        throw RequestException.bad(
            "features holds %s; expected texts like view:feature.", kind(feature));
      }
      features.add(feature.textValue());
    }
    return features.isEmpty() ? Optional.empty() : Optional.of(features);
  }

  private static Map<String, List<JsonNode>> entities(JsonNode node) throws RequestException {
    if (!node.isObject() || node.isEmpty()) {
      throw RequestException.bad(
          "entities is %s; expected an object of key fields, each with a list of keys.",
          kind(node));
    }
    Map<String, List<JsonNode>> entities = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> column : node.properties()) {
      if (!column.getValue().isArray()) {
        throw RequestException.bad(
            "entities.%s is %s; expected a list of keys.",
            column.getKey(), kind(column.getValue()));
      }
      List<JsonNode> keys = new ArrayList<>();
      for (JsonNode key : column.getValue()) {
        if (!key.isTextual() && !key.isIntegralNumber() && !key.isBoolean() && !key.isNull()) {
          throw RequestException.bad(
              "entities.%s holds %s; expected texts, whole numbers, booleans or nulls.",
              column.getKey(), key.isNumber() ? "the number " + key : kind(key));
        }
        keys.add(key);
      }
      entities.put(column.getKey(), keys);
    }
    Map.Entry<String, List<JsonNode>> first = entities.entrySet().iterator().next();
    for (Map.Entry<String, List<JsonNode>> column : entities.entrySet()) {
      if (column.getValue().size() != first.getValue().size()) {
        throw RequestException.bad(
            "entities.%s has %d keys and entities.%s has %d; expected the same number in each.",
            first.getKey(), first.getValue().size(), column.getKey(), column.getValue().size());
      }
    }
    return entities;
  }

  private static boolean fullFeatureNames(JsonNode node) throws RequestException {
    if (isAbsent(node)) {
      return false;
    }
    if (!node.isBoolean()) {
      throw RequestException.bad("full_feature_names is %s; expected true or false.", kind(node));
    }
    return node.booleanValue();
  }

  private static Optional<Instant> asOf(JsonNode json) throws RequestException {
    Optional<String> text = text(json, "as_of");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      long millis = OffsetDateTime.parse(text.get()).toInstant().toEpochMilli();
      return Optional.of(Instant.ofEpochMilli(millis));
    } catch (DateTimeParseException | ArithmeticException e) {
      throw RequestException.bad(
          "as_of is '%s'; expected a time after RFC 3339, such as 2026-11-23T19:30:00Z.",
          text.get());
    }
  }

  private static Optional<String> text(JsonNode json, String field) throws RequestException {
    JsonNode node = json.path(field);
    if (isAbsent(node)) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      throw RequestException.bad("%s is %s; expected a text.", field, kind(node));
    }
    return Optional.of(node.textValue());
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "a boolean";
      case MISSING -> "missing";
      case NULL -> "null";
      case NUMBER -> "a number";
      case OBJECT -> node.isEmpty() ? "an empty object" : "an object";
      case STRING -> "a text";
      case BINARY, POJO -> throw new AssertionError(node.getNodeType()); // no JSON text holds these
    };
  }
}
