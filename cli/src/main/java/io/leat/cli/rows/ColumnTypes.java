package io.leat.cli.rows;

import io.leat.cli.command.UserError;
import io.leat.common.Lookups;
import io.leat.retraining.samples.RowSource;
import io.leat.runtime.settings.RowFileOptions;
import io.leat.runtime.settings.Times.AmbiguousTimeException;
import io.leat.schemas.Decimals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the columns of a file may be taken for, inferred from its first rows. A column is of the
 * first {@link Type} that fits every value to its last digit.
 */
public record ColumnTypes(long rows, boolean whole, Map<String, Column> columns) {
  /** How many rows are looked at. */
  static final int MOST_ROWS = 20_000;

  private static final Pattern WHOLE = Pattern.compile("\\s*-?(0|[1-9]\\d*)\\s*");
  private static final Pattern LEADING_ZERO = Pattern.compile("\\s*[+-]?0\\d.*");

  /** Types in the order in which they are tried. */
  public enum Type {
    /** Words for true and false, of which two or more are used; 1 and 0 are numbers. */
    BOOLEAN(Schema.create(Schema.Type.BOOLEAN)),
    /** Digits alone, of which none is a needless 0 at the beginning, as codes have it. */
    LONG(Schema.create(Schema.Type.LONG)),
    DOUBLE(Schema.create(Schema.Type.DOUBLE)),
    TIME(LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG))),
    FINE_TIME(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG))),
    TEXT(Schema.create(Schema.Type.STRING));

    private final Schema schema;

    Type(Schema schema) {
      this.schema = schema;
    }

    public Schema schema() {
      return schema;
    }

    private boolean isWritten(Object value) {
      String text = value.toString();
      return switch (this) {
        case BOOLEAN -> !Decimals.isNumber(text.strip());
        case LONG -> WHOLE.matcher(text).matches();
        case DOUBLE -> !LEADING_ZERO.matcher(text).matches();
        case TIME, FINE_TIME, TEXT -> true;
      };
    }
  }

  /** What was seen of one column. */
  public static final class Column {
    private final Map<Type, FieldReader> possible = new EnumMap<>(Type.class);
    private final Set<Object> values = new HashSet<>();
    private final FieldReader nullOrText;
    private boolean nulls;

    private Column(RowFileOptions options) {
      TimeReader times = new TimeReader(options);
      for (Type type : Type.values()) {
        Schema nullable = Schema.createUnion(Schema.create(Schema.Type.NULL), type.schema);
        possible.put(type, new FieldReader(new Schema.Field("value", nullable), times, options));
      }
      nullOrText = Lookups.required(possible, Type.TEXT);
    }

    private void see(@Nullable Object value) {
      if (nullOrText.isNull(value)) {
        nulls = true;
        return;
      }
      possible.entrySet().removeIf(type -> !fits(type.getKey(), type.getValue(), value));
      values.add(String.valueOf(value));
    }

    private static boolean fits(Type type, FieldReader reader, @Nullable Object value) {
      try {
        return type.isWritten(String.valueOf(value)) && reader.read(value) != null;
      } catch (IllegalArgumentException e) {
        return e.getCause() instanceof AmbiguousTimeException; // a time, of a changed clock's hour
      }
    }

    /** The type; empty where the column has no value, or values that no field takes. */
    public Optional<Type> type() {
      return values.isEmpty()
          ? Optional.empty()
          : possible.keySet().stream()
              .filter(type -> type != Type.BOOLEAN || values.size() > 1)
              .findFirst();
    }

    /** Whether all values can be read as this type too. */
    public boolean mayBe(Type type) {
      return possible.containsKey(type);
    }

    /** Whether a value was null. */
    public boolean hasNulls() {
      return nulls;
    }

    /** How many different values were seen. */
    public int distinct() {
      return values.size();
    }
  }

  /**
   * Looks at the first rows of a file; one that cannot be read is passed over.
   *
   * @throws UserError if the file cannot be read, or has no rows
   */
  public static ColumnTypes of(Path file, RowFileOptions options) {
    Map<String, Column> columns = new LinkedHashMap<>();
    long count = 0;
    try (RowSource rows = EventRows.source(file, options)) {
      for (String name : rows.columns()) {
        if (!name.isEmpty() && !rows.nested().contains(name)) {
          columns.put(name, new Column(options));
        }
      }
      Optional<RowSource.Row> row = rows.next();
      for (; row.isPresent() && count < MOST_ROWS; row = rows.next()) {
        if (row.get().problem().isEmpty()) {
          Map<String, @Nullable Object> values = row.get().values();
          columns.forEach((name, column) -> column.see(values.get(name)));
          count++;
        }
      }
      if (count == 0) {
        throw new UserError(
            "%s has no row that can be read, so its columns cannot be evaluated; expected at least one below their names."
                .formatted(file));
      }
      return new ColumnTypes(count, row.isEmpty(), columns);
    } catch (IOException e) {
      throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
