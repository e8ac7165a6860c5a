package io.leat.features.aggregation;

import io.leat.features.aggregation.AccumulatorKind.Reads;
import io.leat.features.aggregation.AccumulatorKind.Sharing;
import io.leat.schemas.NullReason;
import org.jspecify.annotations.Nullable;

/**
 * The newest or the oldest values, by event time and, of one time, by event id; the outermost
 * first. At most n are kept.
 */
final class EndsAccumulator implements Accumulator {
  /** The parameter is how many are kept. */
  static final AccumulatorKind<EndsAccumulator> OLDEST =
      ends(
          7,
          "oldest",
          "varint n; n times: zigzag varint time less base, text id, value; in the order of time,"
              + " then of ids: whole numbers as such, texts by code points",
          false);

  /** The parameter is how many are kept. */
  static final AccumulatorKind<EndsAccumulator> NEWEST =
      ends(8, "newest", "as oldest, the newest first", true);

  private final boolean newest;
  private final IdOrder ids;
  private final InputValue[] kept;
  private int size;

  EndsAccumulator(boolean newest, int n, IdOrder ids) {
    this.newest = newest;
    this.ids = ids;
    this.kept = new InputValue[n];
  }

  private static AccumulatorKind<EndsAccumulator> ends(
      int id, String name, String layout, boolean newest) {
    return new AccumulatorKind<>(
        id,
        name,
        layout,
        Reads.TIMES_AND_IDS,
        Sharing.GREATEST,
        (n, events) -> new EndsAccumulator(newest, (int) n, events.ids()));
  }

  /** How many are kept. */
  int size() {
    return size;
  }

  /** The value of a rank that there is; 0 is the outermost. */
  @Nullable Object value(int rank) {
    return kept[rank].value;
  }

  /** As {@link #value}; or why there is none, where there is no such value or it has null. */
  Object valueOr(int rank, NullReason none) {
    Object value = rank < size ? kept[rank].value : null;
    return value == null ? none : value;
  }

  @Override
  public void clear() {
    size = 0;
  }

  @Override
  public void add(InputValue input) {
    int place = size;
    while (place > 0 && isOutside(input, kept[place - 1])) {
      place--;
    }
    if (place == kept.length) {
      return;
    }
    InputValue spare = size < kept.length ? kept[size] : kept[size - 1];
    if (size < kept.length) {
      size++;
    }
    System.arraycopy(kept, place, kept, place + 1, size - 1 - place);
    kept[place] = spare == null ? new InputValue() : spare;
    kept[place].set(input);
  }

  private boolean isOutside(InputValue one, InputValue other) {
    int order = Long.compare(one.time, other.time);
    if (order == 0) {
      order = ids.compare(one.id, other.id);
    }
    if (order == 0) {
      order =
          Values.compare(one.value, other.value); // an event that came twice, not quite the same
    }
    return newest ? order > 0 : order < 0;
  }

  @Override
  public void merge(Accumulator other) {
    EndsAccumulator more = (EndsAccumulator) other;
    for (int i = 0; i < more.size; i++) {
      add(more.kept[i]);
    }
  }

  @Override
  public void write(StateWriter out, long base) {
    out.putVarint(size);
    for (int i = 0; i < size; i++) {
      out.putZigzag(kept[i].time - base);
      out.putText(kept[i].id);
      out.putValue(kept[i].value);
    }
  }

  @Override
  public void read(StateReader in, long base) {
    size = in.takeCount(3);
    if (size > kept.length) {
      throw new StateFormatException(
          "it claims %d ends where %d are kept".formatted(size, kept.length));
    }
    for (int i = 0; i < size; i++) {
      if (kept[i] == null) {
        kept[i] = new InputValue();
      }
      kept[i].time = base + in.takeZigzag();
      kept[i].id = in.takeText();
      kept[i].value = in.takeValue();
      // Layouts before 3 ordered all ids as texts.
      for (int j = i; j > 0 && isOutside(kept[j], kept[j - 1]); j--) {
        InputValue outer = kept[j];
        kept[j] = kept[j - 1];
        kept[j - 1] = outer;
      }
    }
  }
}
