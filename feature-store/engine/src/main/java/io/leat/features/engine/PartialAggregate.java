package io.leat.features.engine;

import io.leat.features.aggregation.Accumulator;
import io.leat.features.aggregation.InputValue;
import io.leat.features.aggregation.StateReader;
import io.leat.features.aggregation.StateWriter;

/**
 * What is kept of one input in one place: in a tile, in a block of tiles, or gathered over a
 * window. A single value is kept as it is; its accumulators are made only when a second comes. One
 * thread's.
 */
final class PartialAggregate {
  private static final Accumulator[] NONE = new Accumulator[0];

  private final AggregationInput input;
  private final InputValue only = new InputValue();
  private long count;

  /** {@link #NONE} until a second value comes. */
  private Accumulator[] parts = NONE;

  PartialAggregate(AggregationInput input) {
    this.input = input;
  }

  /** One empty partial aggregate an input. */
  static PartialAggregate[] of(AggregationInput[] inputs) {
    PartialAggregate[] partials = new PartialAggregate[inputs.length];
    for (int m = 0; m < partials.length; m++) {
      partials[m] = new PartialAggregate(inputs[m]);
    }
    return partials;
  }

  long count() {
    return count;
  }

  /** The accumulator at a place of the input's parts; the partial aggregate holds something. */
  Accumulator part(int index) {
    if (count == 1) {
      spread();
    }
    return parts[index];
  }

  void clear() {
    count = 0;
  }

  void add(InputValue inputValue) {
    if (count == 0) {
      only.set(inputValue);
    } else {
      if (count == 1) {
        spread();
      }
      for (Accumulator part : parts) {
        part.add(inputValue);
      }
    }
    count++;
  }

  /** Adds what another partial aggregate of the input holds, and leaves that as it was. */
  void merge(PartialAggregate other) {
    if (other.count <= 1) {
      if (other.count == 1) {
        add(other.only);
      }
      return;
    }
    if (count == 0) {
      clearParts();
    } else if (count == 1) {
      spread();
    }
    for (int i = 0; i < parts.length; i++) {
      parts[i].merge(other.parts[i]);
    }
    count += other.count;
  }

  /** Gives a single value its accumulators. */
  private void spread() {
    clearParts();
    for (Accumulator part : parts) {
      part.add(only);
    }
  }

  private void clearParts() {
    if (parts == NONE) {
      parts = input.accumulators();
    }
    for (Accumulator part : parts) {
      part.clear();
    }
  }

  /**
   * Writes it: {@code docs/reference/state-layout.md}.
   *
   * @param base a time near to its values' that the reader will know
   */
  void write(StateWriter out, long base) {
    out.putVarint(count);
    if (count == 1) {
      writeOnly(out, base);
    } else if (count > 1) {
      for (Accumulator part : parts) {
        part.write(out, base);
      }
    }
  }

  private void writeOnly(StateWriter out, long base) {
    if (input.parts().isEmpty()) {
      return;
    }
    switch (input.kind()) {
      case NUMBERS -> writeNumber(out);
      case VALUES, VALUES_AND_NULLS -> out.putValue(only.value);
      case EVENTS -> {}
    }
    if (input.needsTime()) {
      out.putZigzag(only.time - base);
    }
    if (input.needsId()) {
      out.putText(only.id);
    }
  }

  /** A number is one double or, behind one that is none, two. */
  private void writeNumber(StateWriter out) {
    if (only.rest != 0) {
      out.putDouble(Double.NaN);
    }
    out.putDouble(only.number);
    if (only.rest != 0) {
      out.putDouble(only.rest);
    }
  }

  /** Reads what {@link #write} wrote with the same base, in place of what is here. */
  void read(StateReader in, long base) {
    count = in.takeVarint();
    if (count == 1) {
      readOnly(in, base);
    } else if (count != 0) {
      clearParts();
      for (Accumulator part : parts) {
        part.read(in, base);
      }
    }
  }

  private void readOnly(StateReader in, long base) {
    if (input.parts().isEmpty()) {
      return;
    }
    switch (input.kind()) {
      case NUMBERS -> readNumber(in);
      case VALUES, VALUES_AND_NULLS -> only.value = in.takeValue();
      case EVENTS -> {}
    }
    if (input.needsTime()) {
      only.time = base + in.takeZigzag();
    }
    if (input.needsId()) {
      only.id = in.takeText();
    }
  }

  private void readNumber(StateReader in) {
    only.number = in.takeDouble();
    only.rest = 0;
    if (Double.isNaN(only.number)) {
      only.number = in.takeDouble();
      only.rest = in.takeDouble();
    }
  }
}
