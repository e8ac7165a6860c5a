package io.leat.features.aggregation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import io.leat.schemas.ValueType;
import java.util.Arrays;
import java.util.List;

/** How many different values. */
final class CountDistinct implements AggregateFunction {
  static final AccumulatorKind<LeastHashes> DISTINCT =
      AccumulatorKind.of(
          9,
          "distinct",
          "varint n; n times 8 bytes: the least hashes, ascending",
          LeastHashes::new);

  @Override
  public String name() {
    return "count_distinct";
  }

  @Override
  public String description() {
    return "how many different values; exact below 1,024, then with a standard " + "error of 3.1 %";
  }

  @Override
  public InputType input() {
    return InputType.SCALARS;
  }

  @Override
  public ValueType resultType(ValueType field) {
    return ValueType.LONG;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(DISTINCT.spec());
  }

  @Override
  public Object emptyValue() {
    return 0L;
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(DISTINCT).estimate();
  }

  /**
   * How many different values there are: exact below {@value #SIZE} of them, an estimate of
   * standard error 1 / sqrt({@value #SIZE} - 2), 3.1 %, from there on.
   *
   * <p>The k least of the values' hashes are kept (Z. Bar-Yossef and others, "Counting Distinct
   * Elements in a Data Stream", RANDOM 2002; the estimator (k - 1) / (k-th least hash) is K.
   * Beyer's and others', SIGMOD 2007), which is a function of the set of values, as the registers
   * of sketches that remember the order of arrival are not. Hashes are 63 bits of FarmHash's
   * fingerprint, which its authors promise never to change; two values in 10^6 share one with
   * probability 5e-8.
   */
  static final class LeastHashes implements Accumulator {
    /** How many hashes are kept. */
    static final int SIZE = 1_024;

    private static final double RANGE = 0x1p63;
    private static final HashFunction HASH = Hashing.farmHashFingerprint64();

    private long[] least = new long[4];
    private long[] merged = new long[4];
    private int size;

    long estimate() {
      return size < SIZE ? size : Math.round((SIZE - 1) / ((least[SIZE - 1] + 1) / RANGE));
    }

    static long hash(Object value) {
      long hash =
          value instanceof String text
              ? HASH.hashString(text, UTF_8).asLong()
              : HASH.hashLong(bits(value)).asLong();
      return hash >>> 1;
    }

    private static long bits(Object value) {
      if (value instanceof Boolean bool) {
        return bool ? 1 : 0;
      }
      return value instanceof Double number ? Double.doubleToLongBits(number + 0.0) : (Long) value;
    }

    @Override
    public void clear() {
      size = 0;
    }

    @Override
    public void add(InputValue input) {
      long hash = hash(requireNonNull(input.value));
      int place = Arrays.binarySearch(least, 0, size, hash);
      if (place >= 0 || ~place == SIZE) {
        return;
      }
      place = ~place;
      if (size < SIZE) {
        if (size == least.length) {
          least = Arrays.copyOf(least, Math.min(SIZE, size * 2));
        }
        size++;
      }
      System.arraycopy(least, place, least, place + 1, size - 1 - place);
      least[place] = hash;
    }

    @Override
    public void merge(Accumulator other) {
      LeastHashes more = (LeastHashes) other;
      int most = Math.min(SIZE, size + more.size);
      if (merged.length < most) {
        merged = new long[Math.min(SIZE, most * 2)];
      }
      int mine = 0;
      int theirs = 0;
      int length = 0;
      while (length < SIZE && (mine < size || theirs < more.size)) {
        long next =
            theirs == more.size || (mine < size && least[mine] <= more.least[theirs])
                ? least[mine]
                : more.least[theirs];
        mine += mine < size && least[mine] == next ? 1 : 0;
        theirs += theirs < more.size && more.least[theirs] == next ? 1 : 0;
        merged[length++] = next;
      }
      long[] before = least;
      least = merged;
      merged = before;
      size = length;
    }

    @Override
    public void write(StateWriter out, long base) {
      out.putVarint(size);
      for (int i = 0; i < size; i++) {
        out.putLong(least[i]);
      }
    }

    @Override
    public void read(StateReader in, long base) {
      size = in.takeCount(Long.BYTES);
      if (size > SIZE) {
        throw new StateFormatException("it claims " + size + " least hashes");
      }
      if (least.length < size) {
        least = new long[size];
      }
      for (int i = 0; i < size; i++) {
        least[i] = in.takeLong();
      }
    }
  }
}
