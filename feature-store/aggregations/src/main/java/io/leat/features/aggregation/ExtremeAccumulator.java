package io.leat.features.aggregation;

/** The least or the greatest of the numbers. */
final class ExtremeAccumulator implements Accumulator {
  static final AccumulatorKind<ExtremeAccumulator> MINIMUM =
      AccumulatorKind.of(2, "minimum", "double", () -> new ExtremeAccumulator(true));

  static final AccumulatorKind<ExtremeAccumulator> MAXIMUM =
      AccumulatorKind.of(3, "maximum", "double", () -> new ExtremeAccumulator(false));

  private final boolean least;

  /** The extreme; an infinity of the empty set. */
  double extreme;

  ExtremeAccumulator(boolean least) {
    this.least = least;
    clear();
  }

  @Override
  public void clear() {
    extreme = least ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  @Override
  public void add(InputValue input) {
    add(input.number);
  }

  @Override
  public void merge(Accumulator other) {
    add(((ExtremeAccumulator) other).extreme);
  }

  private void add(double number) {
    extreme = least ? Math.min(extreme, number) : Math.max(extreme, number);
  }

  @Override
  public void write(StateWriter out, long base) {
    out.putDouble(extreme);
  }

  @Override
  public void read(StateReader in, long base) {
    extreme = in.takeDouble();
  }
}
