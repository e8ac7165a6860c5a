package io.leat.schemas;

import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Whether the values of a record are what their schema says, where Avro's bytes can say more:
 * decimals of more digits than their precision or of no bytes, dates and times that no calendar has
 * or no table holds, UUIDs that are none, nesting without bound. What it passes, every later stage
 * and table holds as the same value.
 *
 * <p>Made once for a schema; a field that cannot be beyond its type costs nothing. Immutable and
 * thread-safe.
 */
public final class ValueCheck {
  /** Of a text that should be a UUID; completes the sentence about its field. */
  static final String NO_UUID =
      " is no UUID; expected 8-4-4-4-12 hexadecimal digits as RFC 9562 writes them";

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  /** What every table format and tool can hold. */
  private static final String YEARS =
      " lies outside of the years 1 to 9999, which tables can hold; expected %s";

  private static final long SECONDS_A_DAY = TimeUnit.DAYS.toSeconds(1);
  private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);
  private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

  /** Validates one value. */
  @FunctionalInterface
  private interface Check {
    /**
     * What is wrong, to be written behind the field's name; null if nothing is.
     *
     * @param level records, lists and maps that the value is within
     */
    @Nullable String problem(Object value, int level);
  }

  /** Checks of a record's fields that need one. */
  private static final class RecordCheck implements Check {
    private Schema.Field[] fields = {};
    private Check[] checks = {};

    @Override
    public @Nullable String problem(Object value, int level) {
      if (level == Nesting.MOST_LEVELS) {
        return tooDeep();
      }
      IndexedRecord record = (IndexedRecord) value;
      for (int i = 0; i < checks.length; i++) {
        String problem = problem(record, i, level);
        if (problem != null) {
          return "." + problem;
        }
      }
      return null;
    }

    /** What is wrong with one of the fields, its name in front. */
    @Nullable String problem(IndexedRecord record, int i, int level) {
      Object field = record.get(fields[i].pos());
      String problem = field == null ? null : checks[i].problem(field, level + 1);
      return problem == null ? null : fields[i].name() + problem;
    }
  }

  private final RecordCheck root;

  private ValueCheck(RecordCheck root) {
    this.root = root;
  }

  /**
   * A check of records.
   *
   * @param schema theirs
   */
  public static ValueCheck of(Schema schema) {
    return of(schema, List.of());
  }

  /**
   * A check of records.
   *
   * @param except names of fields that somebody else validates
   */
  public static ValueCheck of(Schema schema, Collection<String> except) {
    Builder builder = new Builder(schema);
    RecordCheck root = new RecordCheck();
    builder.fill(
        root, schema.getFields().stream().filter(field -> !except.contains(field.name())).toList());
    return new ValueCheck(root);
  }

  /**
   * What of a record is beyond its type: of each of its fields the first place, and what was
   * expected. Nothing of the values is quoted.
   *
   * @return empty where all is well
   */
  public List<String> problems(IndexedRecord record) {
    List<String> problems = List.of();
    for (int i = 0; i < root.checks.length; i++) {
      String problem = root.problem(record, i, 0);
      if (problem != null) {
        problems = problems.isEmpty() ? new ArrayList<>(1) : problems;
        problems.add(problem);
      }
    }
    return problems;
  }

  private static String tooDeep() {
    return " is nested deeper; expected at most %d levels of records, lists and maps"
        .formatted(Nesting.MOST_LEVELS);
  }

  /** Whether a text is a UUID as RFC 9562 writes it, in letters of either case. */
  static boolean isUuid(CharSequence text) {
    return UUID_TEXT.matcher(text).matches();
  }

  /** Makes checks, of each record type once. */
  private static final class Builder {
    private final Map<Schema, Optional<Check>> records = new IdentityHashMap<>();

    /** Whether values can be nested too deep, so that every level is to be counted. */
    private final boolean deep;

    Builder(Schema schema) {
      this.deep = depth(schema, new IdentityHashMap<>()) > Nesting.MOST_LEVELS;
    }

    /** Levels of the deepest value; any number beyond the bound where there is none. */
    private static int depth(Schema schema, Map<Schema, Integer> known) {
      return switch (schema.getType()) {
        case RECORD -> {
          Integer before = known.putIfAbsent(schema, Nesting.MOST_LEVELS); // within itself: no end
          if (before != null) {
            yield before;
          }
          int deepest = 0;
          for (Schema.Field field : schema.getFields()) {
            deepest = Math.max(deepest, depth(field.schema(), known));
          }
          known.put(schema, deepest + 1);
          yield deepest + 1;
        }
        case ARRAY -> 1 + depth(schema.getElementType(), known);
        case MAP -> 1 + depth(schema.getValueType(), known);
        case UNION ->
            schema.getTypes().stream().mapToInt(type -> depth(type, known)).max().orElse(0);
        case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> 0;
      };
    }

    void fill(RecordCheck into, List<Schema.Field> fields) {
      List<Schema.Field> checked = new ArrayList<>();
      List<Check> checks = new ArrayList<>();
      for (Schema.Field field : fields) {
        of(field.schema())
            .ifPresent(
                check -> {
                  checked.add(field);
                  checks.add(check);
                });
      }
      into.fields = checked.toArray(Schema.Field[]::new);
      into.checks = checks.toArray(Check[]::new);
    }

    /** Empty where no value of the schema can be beyond it. */
    private Optional<Check> of(Schema schema) {
      LogicalType logical = schema.getLogicalType();
      return switch (schema.getType()) {
        case RECORD -> record(schema);
        case ARRAY ->
            of(schema.getElementType())
                .or(this::depthAlone)
                .map(item -> (list, level) -> items((Collection<?>) list, item, level));
        case MAP ->
            of(schema.getValueType())
                .or(this::depthAlone)
                .map(item -> (map, level) -> values((Map<?, ?>) map, item, level));
        case UNION -> union(schema);
        case INT, LONG -> logical == null ? Optional.empty() : number(logical);
        case BYTES, FIXED ->
            logical instanceof LogicalTypes.Decimal decimal
                ? Optional.of(decimal(decimal))
                : Optional.empty();
        case STRING ->
            logical == null
                ? Optional.empty()
                : Optional.of((text, level) -> isUuid((CharSequence) text) ? null : NO_UUID);
        case ENUM, FLOAT, DOUBLE, BOOLEAN, NULL -> Optional.empty();
      };
    }

    /** What holds all items well, so that only the list's own depth is looked at. */
    private Optional<Check> depthAlone() {
      return deep ? Optional.of((value, level) -> null) : Optional.empty();
    }

    private Optional<Check> record(Schema schema) {
      Optional<Check> known = records.get(schema);
      if (known != null) {
        return known;
      }
      RecordCheck check = new RecordCheck();
      records.put(schema, Optional.of(check));
      fill(check, schema.getFields());
      Optional<Check> made =
          check.checks.length > 0 || deep ? Optional.of(check) : Optional.empty();
      records.put(schema, made);
      return made;
    }

    private static @Nullable String items(Collection<?> list, Check check, int level) {
      if (level == Nesting.MOST_LEVELS) {
        return tooDeep();
      }
      int i = 0;
      for (Object item : list) {
        String problem = item == null ? null : check.problem(item, level + 1);
        if (problem != null) {
          return "[" + i + "]" + problem;
        }
        i++;
      }
      return null;
    }

    private static @Nullable String values(Map<?, ?> map, Check check, int level) {
      if (level == Nesting.MOST_LEVELS) {
        return tooDeep();
      }
      for (Object item : map.values()) {
        String problem = item == null ? null : check.problem(item, level + 1);
        if (problem != null) {
          return "[...]" + problem; // a key may be sensitive
        }
      }
      return null;
    }

    private Optional<Check> union(Schema schema) {
      List<Schema> branches =
          schema.getTypes().stream()
              .filter(branch -> branch.getType() != Schema.Type.NULL)
              .toList();
      if (branches.size() == 1) {
        return of(branches.get(0));
      }
      List<Optional<Check>> checks = schema.getTypes().stream().map(this::of).toList();
      if (checks.stream().allMatch(Optional::isEmpty)) {
        return Optional.empty();
      }
      return Optional.of(
          (value, level) ->
              checks
                  .get(GenericData.get().resolveUnion(schema, value))
                  .map(check -> check.problem(value, level))
                  .orElse(null));
    }

    private static Optional<Check> number(LogicalType logical) {
      return switch (logical.getName()) {
        case "date" ->
            Optional.of(
                within(
                    FIRST_DAY.toEpochDay(),
                    LAST_DAY.toEpochDay(),
                    YEARS.formatted("days since 1970")));
        case "time-millis" -> time(TimeUnit.MILLISECONDS);
        case "time-micros" -> time(TimeUnit.MICROSECONDS);
        case "timestamp-millis", "local-timestamp-millis" -> moment(TimeUnit.MILLISECONDS);
        case "timestamp-micros", "local-timestamp-micros" -> moment(TimeUnit.MICROSECONDS);
        default -> Optional.empty(); // every number of nanoseconds lies between 1677 and 2262
      };
    }

    private static Optional<Check> time(TimeUnit unit) {
      return Optional.of(
          within(
              0,
              unit.convert(1, TimeUnit.DAYS) - 1,
              " is no time of day; expected 0 to less than 24 hours in " + name(unit)));
    }

    private static Optional<Check> moment(TimeUnit unit) {
      long perSecond = unit.convert(1, TimeUnit.SECONDS);
      long first = FIRST_DAY.toEpochDay() * SECONDS_A_DAY * perSecond;
      long behind = (LAST_DAY.toEpochDay() + 1) * SECONDS_A_DAY * perSecond;
      return Optional.of(
          within(first, behind - 1, YEARS.formatted(name(unit) + " since 1970-01-01T00:00:00")));
    }

    private static String name(TimeUnit unit) {
      return unit.name().toLowerCase(Locale.ROOT);
    }

    private static Check within(long least, long most, String problem) {
      return (value, level) -> {
        long number = ((Number) value).longValue();
        return number < least || number > most ? problem : null;
      };
    }

    private static Check decimal(LogicalTypes.Decimal decimal) {
      UnscaledNumbers.Digits digits = new UnscaledNumbers.Digits(decimal.getPrecision());
      String tooMany = " has more digits than %s holds".formatted(TypeNames.of(decimal));
      return (value, level) -> {
        byte[] number = bytes(value);
        if (number.length == 0) {
          return " is a decimal of no bytes; expected a number";
        }
        return digits.hold(number) ? null : tooMany;
      };
    }

    private static byte[] bytes(Object value) {
      if (value instanceof GenericFixed fixed) {
        return fixed.bytes();
      }
      ByteBuffer buffer = (ByteBuffer) value;
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return bytes;
    }
  }
}
