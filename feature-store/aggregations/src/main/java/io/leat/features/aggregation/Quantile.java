package io.leat.features.aggregation;

import java.util.Arrays;
import java.util.List;

/** The least value that at least a fraction of the values do not exceed. */
final class Quantile implements AggregateFunction {
  static final AccumulatorKind<Distribution> DISTRIBUTION =
      AccumulatorKind.of(
          5,
          "quantiles",
          "1 byte, bits dropped of each number (0: none); varint n; n times: the "
              + "number's ordinal without these bits (zigzag varint; then varints of "
              + "the differences), varint count",
          Distribution::new);

  @Override
  public String name() {
    return "quantile";
  }

  @Override
  public String description() {
    return "the least value that at least so many of the values do not exceed; "
        + "exact of up to 128 different values, then within 0.4 % of the value";
  }

  @Override
  public InputType input() {
    return InputType.NUMBERS;
  }

  @Override
  public Parameter parameter() {
    return Parameter.FRACTION;
  }

  @Override
  public List<AccumulatorSpec> accumulators(double parameter) {
    return List.of(DISTRIBUTION.spec());
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.get(DISTRIBUTION).quantile(window.parameter(), window.count());
  }

  /**
   * How the numbers are distributed: exactly while at most {@value #EXACT} differ; then by buckets,
   * of which each holds the numbers that agree in sign, exponent and the first bits of the
   * fraction. The number that a bucket stands for is its middle, off by at most 2^-8, 0.4 %, of
   * itself; of the bucket that 0 is in, with numbers below 2^-1022, it is 0. Were there more than
   * {@value #MOST_BUCKETS} buckets, which takes numbers over more than thirty powers of two,
   * neighbours are thrown together and the bound doubles.
   *
   * <p>The distribution is a function of the set of numbers, and merges without loss. The sketches
   * that bound the error of ranks (KLL and its kin) are neither: what they keep hangs on the order
   * of arrival and on a random number. The buckets are those of HdrHistogram and of DDSketch (C.
   * Masson, J. E. Rim, H. K. Lee, PVLDB 12:12, 2019), cut at the bits of a double instead of by
   * logarithms.
   */
  static final class Distribution implements Accumulator {
    /** How many different numbers are kept as they are. */
    static final int EXACT = 128;

    /** How many buckets there are at most. */
    static final int MOST_BUCKETS = 4_096;

    /** Low bits of a double that the narrowest bucket passes over: of 52, it keeps 7. */
    private static final int NARROWEST = 45;

    /** Ascending: the numbers' {@link #ordinal}s without their last {@link #droppedBits}. */
    private long[] places = new long[8];

    private long[] counts = new long[8];
    private long[] mergedPlaces = new long[8];
    private long[] mergedCounts = new long[8];
    private int size;
    private int droppedBits;

    /** The least number that at least this fraction of all do not exceed. */
    double quantile(double fraction, long count) {
      long rank = Math.max(1, (long) Math.ceil(fraction * count));
      long passed = 0;
      for (int i = 0; i < size - 1; i++) {
        passed += counts[i];
        if (passed >= rank) {
          return middle(places[i]);
        }
      }
      return middle(places[size - 1]);
    }

    private double middle(long place) {
      if (droppedBits == 0) {
        return number(place);
      }
      if (place == 0) {
        return 0.0;
      }
      double low = number(place << droppedBits);
      double high = number(((place + 1) << droppedBits) - 1);
      return low + (high - low) / 2;
    }

    /** A whole number that orders as the double does. */
    private static long ordinal(double number) {
      long bits = Double.doubleToRawLongBits(number);
      return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }

    private static double number(long ordinal) {
      return Double.longBitsToDouble(ordinal ^ ((ordinal >> 63) & Long.MAX_VALUE));
    }

    @Override
    public void clear() {
      size = 0;
      droppedBits = 0;
    }

    @Override
    public void add(InputValue input) {
      long place = ordinal(input.number) >> droppedBits;
      int at = Arrays.binarySearch(places, 0, size, place);
      if (at >= 0) {
        counts[at]++;
        return;
      }
      at = ~at;
      if (size == places.length) {
        places = Arrays.copyOf(places, size * 2);
        counts = Arrays.copyOf(counts, size * 2);
      }
      System.arraycopy(places, at, places, at + 1, size - at);
      System.arraycopy(counts, at, counts, at + 1, size - at);
      places[at] = place;
      counts[at] = 1;
      size++;
      coarsen();
    }

    @Override
    public void merge(Accumulator other) {
      Distribution more = (Distribution) other;
      drop(Math.max(droppedBits, more.droppedBits));
      int further = droppedBits - more.droppedBits;
      if (mergedPlaces.length < size + more.size) {
        mergedPlaces = new long[(size + more.size) * 2];
        mergedCounts = new long[(size + more.size) * 2];
      }
      int mine = 0;
      int theirs = 0;
      int length = 0;
      while (mine < size || theirs < more.size) {
        long theirPlace = theirs < more.size ? more.places[theirs] >> further : 0;
        boolean takeMine = theirs == more.size || (mine < size && places[mine] <= theirPlace);
        long place = takeMine ? places[mine] : theirPlace;
        long count = takeMine ? counts[mine++] : more.counts[theirs++];
        if (length > 0 && mergedPlaces[length - 1] == place) {
          mergedCounts[length - 1] += count;
        } else {
          mergedPlaces[length] = place;
          mergedCounts[length++] = count;
        }
      }
      long[] placesBefore = places;
      places = mergedPlaces;
      mergedPlaces = placesBefore;
      long[] countsBefore = counts;
      counts = mergedCounts;
      mergedCounts = countsBefore;
      size = length;
      coarsen();
    }

    /** Drops as many bits as it takes for what is left to be few enough. */
    private void coarsen() {
      if (droppedBits == 0 && size > EXACT) {
        drop(NARROWEST);
      }
      while (size > MOST_BUCKETS) {
        drop(droppedBits + 1);
      }
    }

    private void drop(int bits) {
      int further = bits - droppedBits;
      if (further == 0) {
        return;
      }
      int length = 0;
      for (int i = 0; i < size; i++) {
        long place = places[i] >> further;
        long count = counts[i];
        if (length > 0 && places[length - 1] == place) {
          counts[length - 1] += count;
        } else {
          places[length] = place;
          counts[length++] = count;
        }
      }
      size = length;
      droppedBits = bits;
    }

    @Override
    public void write(StateWriter out, long base) {
      out.putByte(droppedBits);
      out.putVarint(size);
      for (int i = 0; i < size; i++) {
        if (i == 0) {
          out.putZigzag(places[i]);
        } else {
          out.putVarint(places[i] - places[i - 1]);
        }
        out.putVarint(counts[i]);
      }
    }

    @Override
    public void read(StateReader in, long base) {
      droppedBits = in.takeByte();
      size = in.takeCount(2);
      if (places.length < size) {
        places = new long[size];
        counts = new long[size];
      }
      for (int i = 0; i < size; i++) {
        places[i] = i == 0 ? in.takeZigzag() : places[i - 1] + in.takeVarint();
        counts[i] = in.takeVarint();
      }
    }
  }
}
