package io.leat.scoring.batch;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.VectorTable;
import io.leat.models.registry.Serving;
import io.leat.schemas.ValueType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Where the features of a version are among an input's columns.
 *
 * @param places of each feature in the service's order, the place of its column
 */
record FeatureColumns(List<Integer> places) implements Serializable {
  FeatureColumns {
    places = List.copyOf(places);
  }

  /**
   * Finds the columns: of each feature the one with its full name, or with the name that a table of
   * vectors has for it.
   *
   * @param input the columns of what is called so
   * @throws LeatException if a feature has no column, or one of another type
   */
  static FeatureColumns of(Serving serving, Schema input, String name) {
    List<Integer> places = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    serving
        .features()
        .forEach(
            (feature, type) -> {
              int place = place(input, feature);
              Optional<Type> found =
                  place < 0 ? Optional.empty() : Optional.of(input.columns().get(place).type());
              places.add(place);
              if (found.isEmpty()) {
                problems.add(
                    "no column %s%s"
                        .formatted(feature, type.map(of -> " (" + of.name() + ")").orElse("")));
              } else if (!holds(found.get(), type)) {
                problems.add(
                    "the column %s is a %s; expected %s"
                        .formatted(
                            input.columns().get(place).name(),
                            found.get(),
                            type.map(Enum::name).orElse("a number, a boolean or a text")));
              }
            });
    if (!problems.isEmpty()) {
      throw new LeatException(
          ErrorCode.INPUT,
          "%s does not have the features of %s, definition %s: %s. Expected a column of the type for each, called as the feature, or with __ in place of the dot. It has %s."
              .formatted(
                  name,
                  serving.service(),
                  serving.definition(),
                  String.join("; ", problems),
                  input.columns().stream().map(Types.NestedField::name).toList()));
    }
    return new FeatureColumns(places);
  }

  private static int place(Schema input, String feature) {
    int named = place(input, feature::equals);
    return named >= 0 ? named : place(input, VectorTable.column(feature)::equals);
  }

  private static int place(Schema input, Predicate<String> wanted) {
    List<Types.NestedField> columns = input.columns();
    for (int i = 0; i < columns.size(); i++) {
      if (wanted.test(columns.get(i).name())) {
        return i;
      }
    }
    return -1;
  }

  /** Whether every value of a column is one of the type, without loss. */
  private static boolean holds(Type column, Optional<ValueType> type) {
    Optional<ValueType> held =
        switch (column.typeId()) {
          case INTEGER, LONG -> Optional.of(ValueType.LONG);
          case FLOAT, DOUBLE -> Optional.of(ValueType.DOUBLE);
          case BOOLEAN -> Optional.of(ValueType.BOOLEAN);
          case STRING -> Optional.of(ValueType.STRING);
          default -> Optional.empty();
        };
    return held.isPresent() && (type.isEmpty() || type.equals(held));
  }

  /** Reads the features of rows, for one thread. */
  Reader reader(Schema input) {
    return new Reader(
        places.stream()
            .map(
                place ->
                    RowData.createFieldGetter(
                        FlinkSchemaUtil.convert(input.columns().get(place).type()), place))
            .toList());
  }

  /** Reads features as a vector has them. */
  record Reader(List<RowData.FieldGetter> getters) {
    /** One value a feature: Long, Double, Boolean, String or null. */
    List<@Nullable Object> values(RowData row) {
      List<@Nullable Object> values = new ArrayList<>(getters.size());
      for (RowData.FieldGetter getter : getters) {
        values.add(value(getter.getFieldOrNull(row)));
      }
      return values;
    }

    private static @Nullable Object value(@Nullable Object held) {
      if (held instanceof Integer number) {
        return number.longValue();
      }
      if (held instanceof Float number) {
        return number.doubleValue();
      }
      return held == null
              || held instanceof Long
              || held instanceof Double
              || held instanceof Boolean
          ? held
          : held.toString();
    }
  }

  /** Whether a column holds a feature. */
  boolean contains(int place) {
    return places.contains(place);
  }
}
