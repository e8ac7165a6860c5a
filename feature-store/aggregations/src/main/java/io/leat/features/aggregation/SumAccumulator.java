package io.leat.features.aggregation;

/** The exact sum of the numbers: {@link ExactSum}, in its canonical form when written. */
final class SumAccumulator implements Accumulator {
  static final AccumulatorKind<SumAccumulator> KIND =
      AccumulatorKind.of(
          1,
          "sum",
          "1 byte n, n doubles: the exact sum; + `128` to n if a wide part follows",
          SumAccumulator::new);

  final ExactSum sum = new ExactSum();

  @Override
  public void clear() {
    sum.clear();
  }

  @Override
  public void add(InputValue input) {
    sum.add(input.number);
    if (input.rest != 0) {
      sum.add(input.rest);
    }
  }

  @Override
  public void merge(Accumulator other) {
    sum.add(((SumAccumulator) other).sum);
  }

  @Override
  public void write(StateWriter out, long base) {
    sum.write(out);
  }

  @Override
  public void read(StateReader in, long base) {
    sum.read(in);
  }
}
