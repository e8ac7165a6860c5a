package io.leat.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.runtime.access.Principal;
import java.util.Optional;

/**
 * A request of MLflow's API.
 *
 * @param sender who asks
 * @param fields of the query or of the body
 * @param server the address that the client asked, {@code http://host:7077}
 * @param path what the route's pattern took out of the path; empty where it takes nothing
 */
record Call(Principal sender, ObjectNode fields, String server, String path) {
  /** A field's text; empty where it is absent, null or blank. */
  Optional<String> text(String field) {
    JsonNode value = fields.path(field);
    return value.isValueNode() && !value.isNull() && !value.asText().isBlank()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  /**
   * A field's text.
   *
   * @throws Refusal if there is none
   */
  String required(String field) throws Refusal {
    return text(field)
        .orElseThrow(() -> Refusal.invalid("Missing value for required parameter '%s'.", field));
  }

  /**
   * A whole number.
   *
   * @throws Refusal if the field is there and none
   */
  Optional<Integer> number(String field) throws Refusal {
    Optional<String> text = text(field);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Integer.valueOf(text.get()));
    } catch (NumberFormatException e) {
      throw Refusal.invalid("%s is '%s'; expected a whole number.", field, text.get());
    }
  }
}
