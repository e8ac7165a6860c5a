package io.leat.models.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were saved with a model to show what it takes. Immutable.
 *
 * @param columns names of the columns, in order; of an example that is a tensor an input, an
 *     input's name as often as it has columns; empty where the example is a matrix without names
 * @param rows each as wide as the others: a Long, Double, Boolean or String a column; null where
 *     the value is missing or NaN
 */
public record InputExample(List<String> columns, List<List<@Nullable Object>> rows) {
  public InputExample {
    columns = List.copyOf(columns);
    rows = rows.stream().map(InputExample::unmodifiable).toList();
  }

  private static List<@Nullable Object> unmodifiable(List<@Nullable Object> row) {
    return Collections.unmodifiableList(new ArrayList<>(row));
  }

  /**
   * Reads a file of {@code saved_input_example_info}.
   *
   * @param type as it says there
   * @return empty where the example is no table of single values, as a sparse matrix is not
   */
  static Optional<InputExample> of(JsonNode example, String type) {
    return switch (type) {
      case "dataframe" -> table(names(example.path("columns")), example.path("data"));
      case "ndarray" -> {
        // MLflow before 3 wrote what it serves: {"inputs": ...}
        JsonNode inputs = example.has("inputs") ? example.path("inputs") : example;
        yield inputs.isObject() ? tensors(inputs) : table(List.of(), inputs);
      }
      default -> Optional.empty();
    };
  }

  private static List<String> names(JsonNode columns) {
    List<String> names = new ArrayList<>();
    columns.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static Optional<InputExample> table(List<String> columns, JsonNode data) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (JsonNode row : data) {
      List<@Nullable Object> values = new ArrayList<>();
      // A row of one dimension is a number of itself.
      if (!(row.isArray() ? addAll(row, values) : add(row, values))) {
        return Optional.empty();
      }
      rows.add(values);
    }
    return example(columns, rows);
  }

  private static Optional<InputExample> tensors(JsonNode inputs) {
    List<String> columns = new ArrayList<>();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (String name : (Iterable<String>) inputs::fieldNames) {
      Optional<InputExample> tensor = table(List.of(), inputs.path(name));
      if (tensor.isEmpty() || (!rows.isEmpty() && rows.size() != tensor.get().rows().size())) {
        return Optional.empty();
      }
      for (int row = 0; row < tensor.get().rows().size(); row++) {
        if (columns.isEmpty()) {
          rows.add(new ArrayList<>());
        }
        rows.get(row).addAll(tensor.get().rows().get(row));
      }
      columns.addAll(Collections.nCopies(tensor.get().width(), name));
    }
    return example(columns, rows);
  }

  private static Optional<InputExample> example(
      List<String> columns, List<List<@Nullable Object>> rows) {
    InputExample example = new InputExample(columns, rows);
    boolean even = rows.stream().allMatch(row -> row.size() == example.width());
    return !rows.isEmpty() && even && (columns.isEmpty() || columns.size() == example.width())
        ? Optional.of(example)
        : Optional.empty();
  }

  /** How many values a row has. */
  public int width() {
    return rows.get(0).size();
  }

  private static boolean addAll(JsonNode row, List<@Nullable Object> values) {
    for (JsonNode value : row) {
      if (!add(value, values)) {
        return false;
      }
    }
    return true;
  }

  /** Adds a single value; false where it is none, or a whole number of more than 64 bits. */
  private static boolean add(JsonNode value, List<@Nullable Object> values) {
    if (value.isNull() || (value.isNumber() && Double.isNaN(value.doubleValue()))) {
      return values.add(null);
    }
    if (value.isIntegralNumber()) {
      return value.canConvertToLong() && values.add(value.longValue());
    }
    if (value.isNumber()) {
      return values.add(value.doubleValue());
    }
    if (value.isBoolean()) {
      return values.add(value.booleanValue());
    }
    return value.isTextual() && values.add(value.textValue());
  }
}
