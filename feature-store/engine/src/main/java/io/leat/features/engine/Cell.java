package io.leat.features.engine;

import io.leat.features.aggregation.Accumulator;
import io.leat.features.aggregation.Occurrence;
import io.leat.features.aggregation.StateReader;
import io.leat.features.aggregation.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one measure in one place: in a tile, in a block of tiles, or gathered over a
 * window. A single occurrence is kept as it is; its accumulators are made only when a second comes.
 * One thread's.
 */
final class Cell {
  private final Measure measure;
  private final Occurrence only = new Occurrence();
  private long count;
  private Accumulator @Nullable [] parts;

  Cell(Measure measure) {
    this.measure = measure;
  }

  /** One empty cell a measure. */
  static Cell[] of(Measure[] measures) {
    Cell[] cells = new Cell[measures.length];
    for (int m = 0; m < cells.length; m++) {
      cells[m] = new Cell(measures[m]);
    }
    return cells;
  }

  long count() {
    return count;
  }

  /** The accumulator at a place of the measure's parts; the cell holds something. */
  Accumulator part(int index) {
    if (count == 1) {
      spread();
    }
    return parts[index];
  }

  void clear() {
    count = 0;
  }

  void add(Occurrence occurrence) {
    if (count == 0) {
      only.set(occurrence);
    } else {
      if (count == 1) {
        spread();
      }
      for (Accumulator part : parts) {
        part.add(occurrence);
      }
    }
    count++;
  }

  /** Adds what another cell of the measure holds, and leaves that as it was. */
  void merge(Cell other) {
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

  /** Gives a single occurrence its accumulators. */
  private void spread() {
    clearParts();
    for (Accumulator part : parts) {
      part.add(only);
    }
  }

  private void clearParts() {
    if (parts == null) {
      parts = measure.accumulators();
    }
    for (Accumulator part : parts) {
      part.clear();
    }
  }

  /**
   * Writes it: {@code docs/reference/state-layout.md}.
   *
   * @param base a time near to its occurrences' that the reader will know
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
    if (measure.parts().isEmpty()) {
      return;
    }
    switch (measure.kind()) {
      case NUMBERS -> writeNumber(out);
      case VALUES, VALUES_AND_NULLS -> out.putValue(only.value);
      case EVENTS -> {}
    }
    if (measure.needsTime()) {
      out.putZigzag(only.time - base);
    }
    if (measure.needsId()) {
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
    if (measure.parts().isEmpty()) {
      return;
    }
    switch (measure.kind()) {
      case NUMBERS -> readNumber(in);
      case VALUES, VALUES_AND_NULLS -> only.value = in.takeValue();
      case EVENTS -> {}
    }
    if (measure.needsTime()) {
      only.time = base + in.takeZigzag();
    }
    if (measure.needsId()) {
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
