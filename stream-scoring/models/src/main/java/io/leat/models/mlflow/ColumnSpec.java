package io.leat.models.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A column of a frame, or a tensor, that a saved model takes or gives, as its signature says.
 *
 * @param name empty of a tensor that is the only one
 * @param type MLflow's type of a column, such as {@code double}; numpy's of a tensor, such as
 *     {@code float32}
 * @param shape of a tensor, -1 where a dimension is free; empty of a column
 */
public record ColumnSpec(Optional<String> name, String type, List<Long> shape) {
  private static final String TENSOR = "tensor";
  private static final String TENSOR_SPEC = "tensor-spec";

  public ColumnSpec {
    shape = List.copyOf(shape);
  }

  /** What an entry of a signature's list says. */
  static ColumnSpec of(JsonNode entry) {
    Optional<String> name = Optional.ofNullable(entry.get("name")).map(JsonNode::asText);
    String type = entry.path("type").asText();
    if (!type.equals(TENSOR)) {
      return new ColumnSpec(name, type, List.of());
    }
    JsonNode tensor = entry.path(TENSOR_SPEC);
    List<Long> shape = new ArrayList<>();
    tensor.path("shape").forEach(size -> shape.add(size.asLong()));
    return new ColumnSpec(name, tensor.path("dtype").asText(), shape);
  }
}
