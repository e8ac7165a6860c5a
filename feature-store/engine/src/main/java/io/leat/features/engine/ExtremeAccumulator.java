package io.leat.features.engine;

/** The least or the greatest of the numbers. */
final class ExtremeAccumulator implements Accumulator {
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
  public void add(Occurrence occurrence) {
    add(occurrence.number);
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
