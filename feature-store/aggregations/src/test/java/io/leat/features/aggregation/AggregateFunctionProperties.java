package io.leat.features.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.schemas.NullReason;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The laws of {@link AggregateFunction}, for every function of the catalogue. */
class AggregateFunctionProperties {
  @Property(tries = 1_000)
  void aValueIsAFunctionOfTheSetOfEvents(
      @ForAll("functions") AggregateFunction function,
      @ForAll("sets") List<InputValue> set,
      @ForAll Random random) {
    List<InputValue> shuffled = new ArrayList<>(set);
    Collections.shuffle(shuffled, random);
    List<TestWindow> tiles = split(function, shuffled, 1 + random.nextInt(5), random);
    TestWindow merged = new TestWindow(function);
    tiles.forEach(merged::merge);

    assertThat(merged.values()).containsExactly(TestWindow.of(function, set).values());
  }

  @Property(tries = 1_000)
  void combineIsAssociativeAndCommutative(
      @ForAll("functions") AggregateFunction function,
      @ForAll("sets") List<InputValue> set,
      @ForAll Random random) {
    List<TestWindow> abc = split(function, set, 3, random);
    TestWindow left = new TestWindow(function);
    left.merge(abc.get(0));
    left.merge(abc.get(1));
    left.merge(abc.get(2));
    TestWindow bc = new TestWindow(function);
    bc.merge(abc.get(1));
    bc.merge(abc.get(2));
    TestWindow right = new TestWindow(function);
    right.merge(abc.get(0));
    right.merge(bc);
    TestWindow backwards = new TestWindow(function);
    backwards.merge(abc.get(2));
    backwards.merge(abc.get(1));
    backwards.merge(abc.get(0));

    assertThat(left.bytes()).isEqualTo(right.bytes()).isEqualTo(backwards.bytes());
    assertThat(left.values()).containsExactly(right.values()).containsExactly(backwards.values());
  }

  @Property(tries = 1_000)
  void aStateSurvivesItsCodec(
      @ForAll("functions") AggregateFunction function, @ForAll("sets") List<InputValue> set) {
    TestWindow window = TestWindow.of(function, set);
    TestWindow read = TestWindow.of(function, set.subList(0, 1));
    read.read(window.bytes(), set.size());

    assertThat(read.bytes()).isEqualTo(window.bytes());
    assertThat(read.values()).containsExactly(window.values());
  }

  /** What {@code last_n(f, 9)} keeps serves {@code last(f)} too. */
  @Property(tries = 500)
  void anAccumulatorOfAGreaterParameterServesAsWell(
      @ForAll("functions") AggregateFunction function, @ForAll("sets") List<InputValue> set) {
    TestWindow shared = TestWindow.sharing(function, 9);
    set.forEach(shared::add);

    assertThat(shared.values()).containsExactly(TestWindow.of(function, set).values());
  }

  @Property(tries = 1_000)
  void valuesAreOfThePromisedType(
      @ForAll("functions") AggregateFunction function, @ForAll("sets") List<InputValue> set) {
    Class<?> promised = type(function.resultType(TestWindow.fieldType(function)));
    Object[] values = TestWindow.of(function, set).values();

    for (Object value : values) {
      assertThat(value).isNotNull();
      if (!(value instanceof NullReason)) {
        assertThat(value).isInstanceOf(promised);
      }
    }
    assertThat(TestWindow.of(function, set).first()).isEqualTo(values[0]);
    if (function.emptyValue() != null) {
      assertThat(function.emptyValue()).isInstanceOf(promised);
    }
  }

  @Example
  void namesAndIdsBelongToOneEach() {
    List<AggregateFunction> all = AggregateFunctions.all();
    assertThat(all).extracting(AggregateFunction::name).doesNotHaveDuplicates();
    assertThat(all)
        .allSatisfy(
            function -> {
              assertThat(function.name()).matches("[a-z][a-z0-9_]*");
              assertThat(AggregateFunctions.named(function.name())).containsSame(function);
              assertThat(function.description()).isNotBlank().doesNotContain("|", "\n");
            });
    List<AccumulatorKind<?>> kinds = new ArrayList<>();
    all.stream()
        .flatMap(function -> function.accumulators(Samples.parameter(function)).stream())
        .map(AccumulatorSpec::kind)
        .distinct()
        .forEach(kinds::add);
    assertThat(kinds).extracting(AccumulatorKind::id).doesNotHaveDuplicates();
    assertThat(kinds).extracting(AccumulatorKind::name).doesNotHaveDuplicates();
  }

  /**
   * The laws find out a function that breaks them: an average of a sum that rounds at each step.
   */
  @Example
  void anAverageThatRoundsAtEachStepIsFoundOut() {
    Random random = new Random(1);
    List<InputValue> set =
        Stream.of(1e16, 1.0, -1e16, 1.0, 0.1).map(number -> Samples.number(number, 0)).toList();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                aValueIsAFunctionOfTheSetOfEvents(new RoundingAverage(), set, random);
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  private static final class RoundingAverage implements AggregateFunction {
    private static final AccumulatorKind<RoundedSum> SUM =
        AccumulatorKind.of(1_000, "rounded", "double", RoundedSum::new);

    @Override
    public String name() {
      return "rounding_average";
    }

    @Override
    public String description() {
      return "of a sum that rounds";
    }

    @Override
    public InputType input() {
      return InputType.NUMBERS;
    }

    @Override
    public List<AccumulatorSpec> accumulators(double parameter) {
      return List.of(SUM.spec());
    }

    @Override
    public Object finish(AggregatedWindow window) {
      return window.get(SUM).sum / window.count();
    }
  }

  private static final class RoundedSum implements Accumulator {
    private double sum;

    @Override
    public void clear() {
      sum = 0;
    }

    @Override
    public void add(InputValue input) {
      sum += input.number;
    }

    @Override
    public void merge(Accumulator other) {
      sum += ((RoundedSum) other).sum;
    }

    @Override
    public void write(StateWriter out, long base) {
      out.putDouble(sum);
    }

    @Override
    public void read(StateReader in, long base) {
      sum = in.takeDouble();
    }
  }

  private static List<TestWindow> split(
      AggregateFunction function, List<InputValue> set, int parts, Random random) {
    List<TestWindow> tiles =
        IntStream.range(0, parts).mapToObj(i -> new TestWindow(function)).toList();
    set.forEach(input -> tiles.get(random.nextInt(parts)).add(input));
    return tiles;
  }

  private static Class<?> type(ValueType type) {
    return switch (type) {
      case LONG -> Long.class;
      case DOUBLE -> Double.class;
      case BOOLEAN -> Boolean.class;
      case STRING -> String.class;
    };
  }

  @Provide
  Arbitrary<AggregateFunction> functions() {
    return Arbitraries.of(AggregateFunctions.all());
  }

  @Provide
  Arbitrary<List<InputValue>> sets() {
    return Samples.sets();
  }
}
