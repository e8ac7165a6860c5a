package io.leat.features.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.leat.features.server.OnlineRequest.Names;
import io.leat.features.server.RequestException.Kind;
import io.leat.schemas.Decimals;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a {@code POST /get-online-features}, as Feast's clients send it. Fields that
 * neither knows are passed over, as Feast does. One use.
 */
final class JsonRequest {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final JsonParser json;
  private List<String> features = List.of();
  private Optional<String> service = Optional.empty();
  private Map<String, List<@Nullable Object>> entities = Map.of();
  private boolean fullFeatureNames;
  private boolean versionMetadata;
  private boolean nullReasons;
  private Optional<Instant> asOf = Optional.empty();

  private JsonRequest(JsonParser json) {
    this.json = json;
  }

  /**
   * @throws RequestException if the body is no such request
   */
  static OnlineRequest parse(byte[] body) throws RequestException {
    try (JsonParser json = JSON.createParser(body)) {
      return new JsonRequest(json).read();
    } catch (JsonProcessingException e) {
      throw malformed("The body is not JSON: %s.", e.getOriginalMessage());
    } catch (IOException e) {
      throw malformed("The body cannot be read: %s.", e.getMessage());
    }
  }

  private OnlineRequest read() throws IOException, RequestException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw malformed(
          "The body is %s; expected a JSON object with entities and features or feature_service.",
          kind());
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "entities" -> entities = entities();
        case "features" -> features = features();
        case "feature_service" -> service = text(field);
        case "full_feature_names" -> fullFeatureNames = flag(field);
        case "include_feature_view_version_metadata" -> versionMetadata = flag(field);
        case "include_null_reasons" -> nullReasons = flag(field);
        case "as_of" -> {
          Optional<String> time = text(field);
          asOf = time.isPresent() ? Optional.of(OnlineRequest.time(time.get())) : Optional.empty();
        }
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw malformed("The body goes on behind its object; expected one JSON object.");
    }
    return new OnlineRequest(
            new Names(features, service, fullFeatureNames),
            entities,
            asOf,
            versionMetadata,
            nullReasons)
        .check();
  }

  private List<String> features() throws IOException, RequestException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return List.of();
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed("features is %s; expected a list of view:feature.", kind());
    }
    List<String> references = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw malformed("features holds %s; expected texts like view:feature.", kind());
      }
      references.add(json.getText());
    }
    return references;
  }

  private Map<String, List<@Nullable Object>> entities() throws IOException, RequestException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(
          "entities is %s; expected an object of key fields, each with a list of keys.", kind());
    }
    Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String column = json.currentName();
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw malformed("entities.%s is %s; expected a list of keys.", column, kind());
      }
      List<@Nullable Object> values = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        values.add(scalar(column));
      }
      columns.put(column, values);
    }
    return columns;
  }

  private @Nullable Object scalar(String column) throws IOException, RequestException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT ->
          json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? json.getBigIntegerValue()
              : (Object) json.getLongValue();
      case VALUE_NUMBER_FLOAT -> real(column);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case START_ARRAY,
          START_OBJECT,
          END_ARRAY,
          END_OBJECT,
          FIELD_NAME,
          NOT_AVAILABLE,
          VALUE_EMBEDDED_OBJECT ->
          throw malformed(
              "entities.%s holds %s; expected texts, numbers, booleans or nulls.", column, kind());
    };
  }

  /** A double of every digit, so that no key is taken for the one beside it. */
  private double real(String column) throws IOException, RequestException {
    try {
      return Decimals.toDouble(json.getDecimalValue());
    } catch (ArithmeticException | NumberFormatException e) {
      throw malformed(
          "entities.%s holds a number of more digits than a double has; send it as a text.",
          column);
    }
  }

  private boolean flag(String field) throws RequestException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default -> throw malformed("%s is %s; expected true or false.", field, kind());
    };
  }

  private Optional<String> text(String field) throws IOException, RequestException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> Optional.of(json.getText());
      case VALUE_NULL -> Optional.empty();
      default -> throw malformed("%s is %s; expected a text.", field, kind());
    };
  }

  private static RequestException malformed(String detail, @Nullable Object... arguments) {
    return new RequestException(Kind.MALFORMED, detail, arguments);
  }

  private String kind() {
    JsonToken token = json.currentToken();
    if (token == null) {
      return "empty";
    }
    return switch (token) {
      case START_ARRAY, END_ARRAY -> "a list";
      case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "nothing"; // no JSON text has these
    };
  }
}
