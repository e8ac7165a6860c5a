package io.leat.features.aggregation;

import io.leat.features.aggregation.AccumulatorKind.Reads;
import io.leat.features.aggregation.AccumulatorKind.Sharing;
import java.util.List;

/** Average in which the weight of a value halves with every half-life of its age. */
final class Ewma implements AggregateFunction {
  static final AccumulatorKind<Decay> DECAY =
      new AccumulatorKind<>(
          6,
          "decay",
          "one a half-life: zigzag varint, block of 64 half-lives less that of "
              + "base; four sums: of numbers and of weights, in that block and in the "
              + "one before",
          Reads.TIMES,
          Sharing.EACH,
          (halfLife, events) -> new Decay(halfLife * events.unitsPerMilli()));

  @Override
  public String name() {
    return "ewma";
  }

  @Override
  public String description() {
    return "average in which a value's weight halves with every half-life of its "
        + "age; what is more than 64 to 128 half-lives older than the newest "
        + "value weighs nothing";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public Parameter parameter() {
    return Parameter.HALF_LIFE;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(DECAY.with(parameter));
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(DECAY).average();
  }

  /**
   * The numbers and their weights, a weight halving with every half-life h of age: sums of x
   * 2^(t/h) and of 2^(t/h), whose quotient is the weighted average at any time.
   *
   * <p>With t/h = 64 b + r, 0 &lt;= r &lt; 64, each term is rounded once, as x 2^(r - 64) (the
   * least ones are not rounded at all), and summed exactly among those of its block b. The newest
   * block and the one before are kept: what is older weighs less than 2^-64 of the newest. So the
   * average is a function of the set of values, to the last bit.
   */
  static final class Decay implements Accumulator {
    private static final int BLOCK = 64;

    /** Terms below lose digits, or would once they are older by a block. */
    private static final double SMALLEST = 0x1p-900;

    private final double halfLife;
    private final long block;
    private long newestBlock = Long.MIN_VALUE;
    private ExactSum numbers = new ExactSum();
    private ExactSum weights = new ExactSum();
    private ExactSum numbersBefore = new ExactSum();
    private ExactSum weightsBefore = new ExactSum();
    private final ExactSum allNumbers = new ExactSum();
    private final ExactSum allWeights = new ExactSum();

    /**
     * @param halfLife in the unit of the values' times
     */
    Decay(double halfLife) {
      this.halfLife = halfLife;
      this.block = ((long) halfLife) * BLOCK;
    }

    /** The weighted average of what is here, which is at least one number. */
    double average() {
      gather(numbers, numbersBefore, allNumbers);
      gather(weights, weightsBefore, allWeights);
      return allNumbers.dividedBy(allWeights);
    }

    private static void gather(ExactSum now, ExactSum before, ExactSum into) {
      into.clear();
      into.add(now);
      into.addShifted(before, BLOCK);
    }

    @Override
    public void clear() {
      newestBlock = Long.MIN_VALUE;
      numbers.clear();
      weights.clear();
      numbersBefore.clear();
      weightsBefore.clear();
    }

    @Override
    public void add(InputValue input) {
      long of = Math.floorDiv(input.time, block);
      advance(of);
      if (of < newestBlock - 1) {
        return;
      }
      double halfLives = Math.floorMod(input.time, block) / halfLife;
      // StrictMath: the same bits on every machine.
      double weight = StrictMath.pow(2, halfLives - BLOCK);
      (of == newestBlock ? weights : weightsBefore).add(weight);
      add(of == newestBlock ? numbers : numbersBefore, input.number, weight);
    }

    private static void add(ExactSum terms, double number, double weight) {
      double term = number * weight;
      if (Math.abs(term) < SMALLEST && number != 0) {
        terms.addWideProduct(number, weight);
      } else {
        terms.add(term);
      }
    }

    /** Makes a block the newest, if it is newer. */
    private void advance(long to) {
      if (to <= newestBlock) {
        return;
      }
      ExactSum spareNumbers = numbersBefore;
      ExactSum spareWeights = weightsBefore;
      numbersBefore = numbers;
      weightsBefore = weights;
      numbers = spareNumbers;
      weights = spareWeights;
      numbers.clear();
      weights.clear();
      if (newestBlock != to - 1) {
        numbersBefore.clear();
        weightsBefore.clear();
      }
      newestBlock = to;
    }

    @Override
    public void merge(Accumulator other) {
      Decay more = (Decay) other;
      advance(more.newestBlock);
      if (more.newestBlock == newestBlock) {
        numbers.add(more.numbers);
        weights.add(more.weights);
        numbersBefore.add(more.numbersBefore);
        weightsBefore.add(more.weightsBefore);
      } else if (more.newestBlock == newestBlock - 1) {
        numbersBefore.add(more.numbers);
        weightsBefore.add(more.weights);
      }
    }

    @Override
    public void write(StateWriter out, long base) {
      out.putZigzag(newestBlock - Math.floorDiv(base, block));
      numbers.write(out);
      weights.write(out);
      numbersBefore.write(out);
      weightsBefore.write(out);
    }

    @Override
    public void read(StateReader in, long base) {
      newestBlock = Math.floorDiv(base, block) + in.takeZigzag();
      numbers.read(in);
      weights.read(in);
      numbersBefore.read(in);
      weightsBefore.read(in);
    }
  }
}
