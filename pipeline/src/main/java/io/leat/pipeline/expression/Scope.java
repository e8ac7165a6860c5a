package io.leat.pipeline.expression;

import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * The names that an expression may use, with their types, and the way from a record to their
 * values. Immutable and thread-safe; make one a schema and keep it.
 *
 * <p>Types: int and long are CEL's int; float and double its double; string, enum and uuid its
 * string; timestamps and dates its timestamp; bytes and fixed its bytes; arrays and maps of these
 * its lists and maps. A nullable field has the type of its other branch. A number that is no field
 * of the event's is a double, counts too.
 *
 * <p>Binding copies nothing: a value is read from the record when an expression asks for it.
 */
public final class Scope {
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, String> unreadable;
  private final CelCompiler compiler;

  private Scope(List<Variable> variables, Map<String, String> unreadable) {
    for (Variable variable : variables) {
      this.variables.put(variable.name(), variable);
    }
    for (Variable variable : variables) {
      String name = Presence.of(variable.name());
      this.variables.put(
          name,
          new Variable(name, SimpleType.BOOL, input -> isThere(variable.reader().read(input))));
    }
    this.unreadable = unreadable;
    this.compiler = Cel.compiler(this.variables.values());
  }

  /** The fields of an event, as {@code event.field}. */
  public static Scope ofEvent(Schema event) {
    return ofEventAndRows(event, List.of(), Map.of());
  }

  /** The fields of an event, each by its own name, as an aggregation's {@code where} uses them. */
  public static Scope ofFields(Schema event) {
    AvroVariables fields = AvroVariables.of(event, "");
    return new Scope(fields.variables(), fields.unreadable());
  }

  /**
   * The fields of an event, as {@code event.field}, and further names whose values stand beside it
   * in rows, as they are bound ({@link #bind(GenericRecord, Object[][])}). A long is CEL's double,
   * as is a double.
   *
   * @param rows the names of each row's values, in their order; each name stands once
   * @param unusable names that are known and cannot be used, each with what completes the sentence
   *     {@code it is ...}
   */
  public static Scope ofEventAndRows(
      Schema event, List<List<TypedName>> rows, Map<String, String> unusable) {
    AvroVariables fields = AvroVariables.of(event, "event.");
    List<Variable> variables = new ArrayList<>(fields.variables());
    for (int row = 0; row < rows.size(); row++) {
      List<TypedName> names = rows.get(row);
      for (int column = 0; column < names.size(); column++) {
        variables.add(inRow(names.get(column), row, column));
      }
    }
    Map<String, String> unreadable = new LinkedHashMap<>(fields.unreadable());
    unreadable.putAll(unusable);
    return new Scope(variables, unreadable);
  }

  /** Names whose values stand in a row, without an event; as {@link #ofEventAndRows} has them. */
  public static Scope ofRow(List<TypedName> names) {
    List<Variable> variables = new ArrayList<>();
    for (int column = 0; column < names.size(); column++) {
      variables.add(inRow(names.get(column), 0, column));
    }
    return new Scope(variables, Map.of());
  }

  private static Variable inRow(TypedName of, int row, int column) {
    return switch (of.type()) {
      case LONG, DOUBLE ->
          new Variable(
              of.name(),
              SimpleType.DOUBLE,
              input ->
                  input.value(row, column) instanceof Number number ? number.doubleValue() : null);
      case BOOLEAN ->
          new Variable(
              of.name(),
              SimpleType.BOOL,
              input -> input.value(row, column) instanceof Boolean truth ? truth : null);
      case STRING ->
          new Variable(
              of.name(),
              SimpleType.STRING,
              input -> input.value(row, column) instanceof String text ? text : null);
    };
  }

  /**
   * The fields of a record, as {@code message.field}, with null as CEL has it: a value of its own,
   * which {@code == null} finds and which most operations have no value for. Confluent's data
   * contracts are written so.
   */
  public static Scope ofMessage(Schema message) {
    AvroVariables fields = AvroVariables.withNulls(message, "message.");
    return new Scope(fields.variables(), fields.unreadable());
  }

  /**
   * A field of a record, as {@code value}, {@code name}, {@code fullName}, {@code typeName}
   * (Avro's, in capitals) and {@code tags}, and the record's own fields, as {@link #ofMessage} has
   * them.
   */
  public static Scope ofFieldOfMessage(Schema message) {
    AvroVariables fields = AvroVariables.withNulls(message, "message.");
    List<Variable> variables = new ArrayList<>(fields.variables());
    variables.add(field("value", SimpleType.DYN, f -> AvroVariables.toCel(f.schema(), f.value())));
    variables.add(field("name", SimpleType.STRING, FieldValue::name));
    variables.add(field("fullName", SimpleType.STRING, FieldValue::fullName));
    variables.add(field("typeName", SimpleType.STRING, f -> f.schema().getType().name()));
    variables.add(field("tags", ListType.create(SimpleType.STRING), FieldValue::tags));
    return new Scope(variables, fields.unreadable());
  }

  private static Variable field(String name, CelType type, Function<FieldValue, Object> part) {
    return new Variable(
        name, type, input -> input.field() == null ? null : part.apply(input.field()));
  }

  private static boolean isThere(@Nullable Object value) {
    return value != null && value != NullValue.NULL_VALUE;
  }

  /** A model's {@code score}. */
  public static Scope ofScore() {
    return new Scope(
        List.of(new Variable("score", SimpleType.DOUBLE, Variable.Input::score)), Map.of());
  }

  /**
   * Values for {@link Program#evaluate}: a view of the record, not a copy.
   *
   * @param event a record of this scope's schema, with logical types raw or converted
   */
  public Map<String, Object> bind(GenericRecord event) {
    return new Bindings(new Variable.Input(event, null, Double.NaN, null));
  }

  /**
   * Values for {@link Program#evaluate}: a view of both arguments, not a copy.
   *
   * @param rows the values of each row that the scope was made of, in their order; null for a row
   *     without values. What is of another type than the scope says is null
   */
  public Map<String, Object> bind(
      GenericRecord event, @Nullable Object @Nullable [] @Nullable [] rows) {
    return new Bindings(new Variable.Input(event, rows, Double.NaN, null));
  }

  /** Values for {@link Program#evaluate} of the scope that {@link #ofRow} made. */
  public Map<String, Object> bind(@Nullable Object[] row) {
    return new Bindings(new Variable.Input(null, new @Nullable Object[][] {row}, Double.NaN, null));
  }

  /** Values for {@link Program#evaluate} of an expression over a field and its record. */
  public Map<String, Object> bind(GenericRecord message, FieldValue field) {
    return new Bindings(new Variable.Input(message, null, Double.NaN, field));
  }

  /** Values for {@link Program#evaluate} of an expression over {@code score}. */
  public Map<String, Object> bind(double score) {
    return new Bindings(new Variable.Input(null, null, score, null));
  }

  CelCompiler compiler() {
    return compiler;
  }

  boolean declares(String name) {
    return variables.containsKey(name);
  }

  @Nullable Variable variable(String name) {
    return variables.get(name);
  }

  /** The names that an expression may use, with their dots. */
  public Set<String> names() {
    return variables.keySet().stream()
        .filter(name -> name.equals(Presence.written(name)))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * The type of a name's values in words, {@code double}; empty where expressions have no such
   * name.
   */
  public Optional<String> type(String name) {
    return Optional.ofNullable(variables.get(name))
        .map(variable -> Issues.plain(CelTypes.format(variable.type())));
  }

  /** Names that expressions cannot use, each with what completes the sentence {@code it is ...}. */
  Map<String, String> unreadable() {
    return unreadable;
  }

  String describeNames() {
    Set<String> names = names();
    String first = names.stream().limit(12).collect(Collectors.joining(", "));
    return (names.size() == 1 ? "" : "one of ")
        + first
        + (names.size() > 12 ? " and " + (names.size() - 12) + " more" : "");
  }

  /**
   * What the bindings of this very scope were made of; null for bindings that another scope, or
   * somebody else, made.
   */
  Variable.@Nullable Input input(Map<String, Object> bindings) {
    return bindings instanceof Bindings own && own.scope() == this ? own.input : null;
  }

  /** The scope's variables over one input, read when asked for. */
  private final class Bindings extends AbstractMap<String, Object> {
    private final Variable.Input input;

    Bindings(Variable.Input input) {
      this.input = input;
    }

    Scope scope() {
      return Scope.this;
    }

    @Override
    public @Nullable Object get(Object name) {
      Variable variable = variables.get(name);
      return variable == null ? null : variable.reader().read(input);
    }

    @Override
    public boolean containsKey(Object name) {
      return variables.containsKey(name);
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      Map<String, Object> values = new LinkedHashMap<>();
      variables.keySet().forEach(name -> values.put(name, get(name)));
      return values.entrySet();
    }
  }
}
