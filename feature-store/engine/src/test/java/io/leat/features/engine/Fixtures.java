package io.leat.features.engine;

import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Filter;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.schemas.ValueType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Readings of a meter, and views of them. */
final class Fixtures {
  /** Ids are texts, event time is in milliseconds. */
  static final Contract READINGS = readings("string", "timestamp-millis");

  static final Schema READING = READINGS.schema();

  private Fixtures() {}

  /** The contract of the readings, with ids of some type and event time of some unit. */
  static Contract readings(String id, String time) {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Reading", "namespace": "io.leat.test", "fields": [
                  {"name": "value", "type": ["null", "double"]},
                  {"name": "flag", "type": ["null", "boolean"]},
                  {"name": "label", "type": ["null", "string"]},
                  {"name": "total", "type": ["null", "long"], "default": null},
                  {"name": "id", "type": "%s", "default": %s},
                  {"name": "at", "type": {"type": "long", "logicalType": "%s"}, "default": 0}]}
                """
                    .formatted(id, id.equals("string") ? "\"\"" : "0", time));
    return contract(schema);
  }

  /** A contract of a record whose id is {@code id} and whose event time is {@code at}. */
  static Contract contract(Schema schema) {
    return Contract.of(
        "readings",
        schema,
        "grid",
        "",
        Optional.empty(),
        "id",
        "at",
        Duration.ofMinutes(5),
        List.of(),
        new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(1)));
  }

  static GenericRecord reading(@Nullable Double value, @Nullable Boolean flag) {
    return reading(value, flag, null);
  }

  static GenericRecord reading(
      @Nullable Double value, @Nullable Boolean flag, @Nullable String label) {
    GenericRecord reading = new GenericData.Record(READING);
    reading.put("label", label);
    reading.put("value", value);
    reading.put("flag", flag);
    return reading;
  }

  static Aggregation aggregation(AggregateFunction function, String field) {
    return new Aggregation(
        function.name() + "_" + field,
        function,
        Optional.of(field),
        Optional.empty(),
        Optional.empty());
  }

  /** An aggregation of the values of a field, of the field's type. */
  static Aggregation aggregation(AggregateFunction function, String field, ValueType type) {
    return aggregation(function, field, type, Optional.empty());
  }

  static Aggregation aggregation(
      AggregateFunction function, String field, ValueType type, double parameter) {
    return aggregation(function, field, type, Optional.of(parameter));
  }

  private static Aggregation aggregation(
      AggregateFunction function, String field, ValueType type, Optional<Double> parameter) {
    return new Aggregation(
        function.name() + "_" + field + parameter.map(p -> "_" + p).orElse(""),
        function,
        Optional.of(field),
        parameter,
        Optional.empty(),
        Optional.empty(),
        type);
  }

  static Aggregation countOfEvents() {
    return ofEvents("readings", AggregateFunctions.COUNT);
  }

  static Aggregation ofEvents(String name, AggregateFunction function) {
    return new Aggregation(name, function, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Aggregation where(Aggregation aggregation, String condition) {
    Expression expression = new Expression(condition, "features/meter.yaml", 9);
    Set<String> names =
        Program.compile(expression, Scope.ofFields(READING), Program.Result.BOOL).names();
    return new Aggregation(
        aggregation.name() + "_filtered",
        aggregation.function(),
        aggregation.field(),
        aggregation.parameter(),
        Optional.of(new Filter(expression, List.copyOf(names))),
        aggregation.defaultValue(),
        aggregation.type());
  }

  static Aggregation withDefault(Aggregation aggregation, double value) {
    return new Aggregation(
        aggregation.name(),
        aggregation.function(),
        aggregation.field(),
        aggregation.parameter(),
        aggregation.where(),
        Optional.of(value),
        aggregation.type());
  }

  /** A view with windows, resolution, offset and grace as the definition language writes them. */
  static FeatureView view(
      String windows, String resolution, String offset, String grace, Aggregation... aggregations) {
    return view(
        Arrays.stream(windows.split(",")).map(Fixtures::window).toList(),
        Durations.parse(resolution),
        Durations.parse(offset),
        Durations.parse(grace),
        List.of(aggregations));
  }

  private static Duration window(String text) {
    return text.equals("lifetime") ? Durations.LIFETIME : Durations.parse(text);
  }

  static FeatureView view(
      List<Duration> windows,
      Duration resolution,
      Duration offset,
      Duration grace,
      List<Aggregation> aggregations) {
    return new FeatureView(
        "meter",
        1,
        new Entity("meter", "meter_id"),
        "readings",
        windows,
        resolution,
        offset,
        grace,
        aggregations);
  }
}
