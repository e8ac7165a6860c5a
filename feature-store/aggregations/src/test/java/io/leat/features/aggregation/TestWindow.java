package io.leat.features.aggregation;

import io.leat.features.aggregation.AccumulatorKind.Sharing;
import io.leat.schemas.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A window of one hour that ends at one second, as the engine gives it to a function. */
final class TestWindow implements AggregatedWindow {
  static final long BASE = 86_400_000;

  private final AggregateFunction function;
  private final List<AccumulatorSpec> specs;
  private final List<Accumulator> accumulators;
  private long count;

  TestWindow(AggregateFunction function) {
    this(function, function.accumulators(Samples.parameter(function)));
  }

  private TestWindow(AggregateFunction function, List<AccumulatorSpec> specs) {
    this.function = function;
    this.specs = specs;
    this.accumulators =
        specs.stream().map(spec -> spec.create(new EventOrder(1, IdOrder.TEXT))).toList();
  }

  /** One whose accumulators have a greater parameter where their kind lets functions share them. */
  static TestWindow sharing(AggregateFunction function, double greater) {
    return new TestWindow(
        function,
        function.accumulators(Samples.parameter(function)).stream()
            .map(
                spec ->
                    spec.kind().sharing() == Sharing.GREATEST ? spec.kind().with(greater) : spec)
            .toList());
  }

  static TestWindow of(AggregateFunction function, List<InputValue> set) {
    TestWindow window = new TestWindow(function);
    set.forEach(window::add);
    return window;
  }

  /** Type of the values of the field that the function is given here. */
  static ValueType fieldType(AggregateFunction function) {
    return function.input().isNumeric() ? ValueType.DOUBLE : ValueType.STRING;
  }

  void add(InputValue input) {
    InputValue given = new InputValue();
    given.set(input);
    if (function.input().isNumeric()) {
      given.value = input.number + input.rest;
    }
    accumulators.forEach(accumulator -> accumulator.add(given));
    count++;
  }

  void merge(TestWindow other) {
    for (int i = 0; i < accumulators.size(); i++) {
      accumulators.get(i).merge(other.accumulators.get(i));
    }
    count += other.count;
  }

  byte[] bytes() {
    StateWriter writer = new StateWriter();
    writer.begin();
    accumulators.forEach(accumulator -> accumulator.write(writer, BASE));
    return writer.end();
  }

  void read(byte[] bytes, long ofCount) {
    StateReader reader = new StateReader();
    reader.begin(bytes);
    accumulators.forEach(accumulator -> accumulator.read(reader, BASE));
    count = ofCount;
  }

  /** Its values. */
  @Nullable Object[] values() {
    int width = function.isList() ? (int) parameter() : 1;
    @Nullable Object[] values = new @Nullable Object[width];
    function.finish(this, values, 0);
    return values;
  }

  Object first() {
    return function.finish(this);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  @SuppressWarnings("unchecked") // each is where its kind stands
  public <A extends Accumulator> A get(AccumulatorKind<A> kind) {
    for (int i = 0; i < specs.size(); i++) {
      if (specs.get(i).kind().id() == kind.id()) {
        return (A) accumulators.get(i);
      }
    }
    throw new IllegalArgumentException(function.name() + " does not name " + kind.name());
  }

  @Override
  public double parameter() {
    return Samples.parameter(function);
  }

  @Override
  public double seconds() {
    return 3_600;
  }

  @Override
  public long end() {
    return 1_000;
  }

  @Override
  public double unitsPerSecond() {
    return 1_000;
  }
}
