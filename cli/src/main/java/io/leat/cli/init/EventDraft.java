package io.leat.cli.init;

import io.leat.cli.command.UserError;
import io.leat.cli.rows.ColumnTypes;
import io.leat.cli.rows.ColumnTypes.Column;
import io.leat.cli.rows.ColumnTypes.Type;
import io.leat.common.Lookups;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An event as the rows of a file make it likely.
 *
 * @param event its name
 * @param fields its fields, in the file's order
 * @param eventId name of the field that tells events apart
 * @param eventTime name of the field that says when one happened
 * @param key name of the field that the features are about
 * @param renames columns that are called otherwise than their fields, to the fields' names
 * @param leftOut columns that are none of the fields
 * @param rows how many rows were looked at
 */
record EventDraft(
    String event,
    List<Field> fields,
    String eventId,
    String eventTime,
    String key,
    Map<String, String> renames,
    List<String> leftOut,
    long rows) {
  private static final Set<String> YAML_WORDS = Set.of("true", "false", "null");

  /** A field of the event. */
  record Field(String name, Type type, boolean nullable) {
    boolean isNumber() {
      return type == Type.LONG || type == Type.DOUBLE;
    }
  }

  /** Columns that the user has named; null where they are to be guessed. */
  record Chosen(@Nullable String eventId, @Nullable String eventTime, @Nullable String key) {}

  /** An event to begin with where there is no file yet. */
  static EventDraft example(String event) {
    return new EventDraft(
        event,
        List.of(
            new Field("order_id", Type.TEXT, false),
            new Field("ordered_at", Type.TIME, false),
            new Field("customer_id", Type.TEXT, false),
            new Field("amount", Type.DOUBLE, false)),
        "order_id",
        "ordered_at",
        "customer_id",
        Map.of(),
        List.of(),
        0);
  }

  /**
   * An event that the rows of a file are.
   *
   * @throws UserError if nothing in it tells events apart, says when they happened or is a key
   */
  static EventDraft of(
      String event, Path file, ColumnTypes seen, Map<String, String> given, Chosen chosen) {
    Map<String, Column> columns = new LinkedHashMap<>();
    Map<String, String> renames = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    seen.columns()
        .forEach(
            (name, column) -> {
              if (column.type().isEmpty()) {
                leftOut.add(name);
                return;
              }
              String field = identifier(given.getOrDefault(name, name));
              while (columns.containsKey(field)) {
                field += "_2";
              }
              columns.put(field, column);
              if (!field.equals(name)) {
                renames.put(name, field);
              }
            });
    Choice choice = new Choice(file, columns, renames);
    String id =
        choice.of(
            "--event-id",
            chosen.eventId(),
            "has another value in every row",
            column -> column.distinct() == seen.rows() && !isReal(column),
            Comparator.comparing((String name) -> !name.endsWith("id")));
    String time =
        choice.of(
            "--event-time",
            chosen.eventTime(),
            "has a time in every row (see --time-format)",
            column ->
                isTime(column) || (chosen.eventTime() != null && column.mayBe(Type.FINE_TIME)),
            Comparator.comparing((String name) -> false));
    String key =
        choice.of(
            "--key",
            chosen.key(),
            "has a text or a whole number in every row, and some of them again",
            column ->
                (isText(column) || column.type().equals(Optional.of(Type.LONG)))
                    && (chosen.key() != null || 2L * column.distinct() <= seen.rows()),
            Comparator.comparing((String name) -> !name.endsWith("id"))
                .thenComparing(name -> !isText(Lookups.required(columns, name)))
                .thenComparing(name -> -Lookups.required(columns, name).distinct()));
    List<Field> fields = new ArrayList<>();
    columns.forEach(
        (name, column) ->
            fields.add(
                new Field(
                    name,
                    name.equals(time) ? time(column) : column.type().orElseThrow(),
                    !Set.of(id, time, key).contains(name)
                        && (column.hasNulls() || !seen.whole()))));
    return new EventDraft(event, fields, id, time, key, renames, leftOut, seen.rows());
  }

  private static boolean isText(Column column) {
    return column.type().equals(Optional.of(Type.TEXT));
  }

  private static boolean isReal(Column column) {
    return column.type().equals(Optional.of(Type.DOUBLE));
  }

  private static boolean isTime(Column column) {
    return column.type().filter(t -> t == Type.TIME || t == Type.FINE_TIME).isPresent();
  }

  private static Type time(Column column) {
    return column.mayBe(Type.TIME) ? Type.TIME : Type.FINE_TIME;
  }

  /** What a field is to the event; empty where it is nothing but a field. */
  Optional<String> role(Field field) {
    List<String> roles = new ArrayList<>();
    if (field.name().equals(eventId)) {
      roles.add("event_id");
    }
    if (field.name().equals(eventTime)) {
      roles.add("event_time");
    }
    if (field.name().equals(key)) {
      roles.add("key");
    }
    return roles.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", roles));
  }

  /** A name of letters, digits and _, a letter first, like a text. */
  static String identifier(String text) {
    String name = text.replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^_+|_+$", "");
    if (name.isEmpty() || !Character.isLetter(name.charAt(0))) {
      name = "x" + (name.isEmpty() ? "" : "_" + name);
    }
    name = name.length() > 60 ? name.substring(0, 60) : name;
    return YAML_WORDS.contains(name) ? name + "_2" : name;
  }

  /** Chooses columns for the places that an event must have. */
  private record Choice(Path file, Map<String, Column> columns, Map<String, String> renames) {
    String of(
        String option,
        @Nullable String chosen,
        String expected,
        Predicate<Column> fits,
        Comparator<String> best) {
      List<String> fitting =
          columns.entrySet().stream()
              .filter(column -> !column.getValue().hasNulls() && fits.test(column.getValue()))
              .map(Map.Entry::getKey)
              .sorted(best)
              .toList();
      if (chosen == null) {
        return fitting.stream()
            .findFirst()
            .orElseThrow(
                () ->
                    new UserError(
                        "No column of %s %s; its columns are %s. Name one by %s COLUMN."
                            .formatted(file, expected, columns.keySet(), option)));
      }
      String name = renames.getOrDefault(chosen, chosen);
      if (!columns.containsKey(name)) {
        throw new UserError(
            "%s is '%s', which %s has no values of; its columns are %s."
                .formatted(option, chosen, file, columns.keySet()));
      }
      if (!fitting.contains(name)) {
        throw new UserError(
            "%s is '%s'; expected a column that %s.%s"
                .formatted(
                    option,
                    chosen,
                    expected,
                    fitting.isEmpty() ? "" : " Such are " + String.join(", ", fitting) + "."));
      }
      return name;
    }
  }
}
