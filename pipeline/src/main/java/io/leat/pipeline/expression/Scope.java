package io.leat.pipeline.expression;

import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.schemas.ValueType;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
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
 * its lists and maps. A nullable field has the type of its other branch. A number of a view is a
 * double, counts too.
 *
 * <p>Binding copies nothing: a value is read from the record when an expression asks for it.
 */
public final class Scope {
  private static final String DERIVED =
      "derived itself; a derived feature is made of the event and of aggregations over windows";

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
    return ofVector(event, List.of());
  }

  /** The fields of an event, each by its own name, as an aggregation's {@code where} uses them. */
  public static Scope ofFields(Schema event) {
    AvroVariables fields = AvroVariables.of(event, "");
    return new Scope(fields.variables(), fields.unreadable());
  }

  /**
   * The fields of a spine event, as {@code event.field}, and columns of views, as {@code
   * view.column}. Derived features of views are told apart from what is unknown.
   */
  public static Scope ofVector(Schema event, Collection<FeatureView> views) {
    return ofFeatures(event, views, name -> name);
  }

  /**
   * The fields of an event, as {@code event.field}, and the features of one view, each by its name
   * within the view, as the view's own derived features use them.
   */
  public static Scope ofView(Schema event, FeatureView view) {
    return ofFeatures(event, List.of(view), name -> name.substring(view.name().length() + 1));
  }

  /**
   * @param called how a feature is called here, by its full name
   */
  private static Scope ofFeatures(
      Schema event, Collection<FeatureView> views, UnaryOperator<String> called) {
    AvroVariables fields = AvroVariables.of(event, "event.");
    List<Variable> variables = new ArrayList<>(fields.variables());
    Map<String, String> unreadable = new LinkedHashMap<>(fields.unreadable());
    int place = 0;
    for (FeatureView view : views) {
      List<FeatureView.Column> columns = view.columns();
      for (int i = 0; i < columns.size(); i++) {
        String name = called.apply(view.name() + "." + columns.get(i).name());
        variables.add(feature(name, columns.get(i).aggregation().type(), place, i));
      }
      for (DerivedFeature derived : view.derived()) {
        unreadable.put(called.apply(derived.name()), DERIVED);
      }
      place++;
    }
    return new Scope(variables, unreadable);
  }

  private static Variable feature(String name, ValueType type, int view, int column) {
    return switch (type) {
      case LONG, DOUBLE ->
          new Variable(
              name,
              SimpleType.DOUBLE,
              input ->
                  input.value(view, column) instanceof Number number ? number.doubleValue() : null);
      case BOOLEAN ->
          new Variable(
              name,
              SimpleType.BOOL,
              input -> input.value(view, column) instanceof Boolean truth ? truth : null);
      case STRING ->
          new Variable(
              name,
              SimpleType.STRING,
              input -> input.value(view, column) instanceof String text ? text : null);
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
   * @param views the values of each view that the scope was made of, in their order, each in the
   *     order of its columns; null for a view without values. What is no value is null
   */
  public Map<String, Object> bind(
      GenericRecord event, @Nullable Object @Nullable [] @Nullable [] views) {
    return new Bindings(new Variable.Input(event, views, Double.NaN, null));
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
