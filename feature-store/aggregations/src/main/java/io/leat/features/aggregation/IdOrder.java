package io.leat.features.aggregation;

import com.google.common.primitives.Longs;

/** How the ids of an event are ordered, which decides between events of one time. */
public enum IdOrder {
  /** By code points, as their UTF-8 bytes. */
  TEXT {
    @Override
    public int compare(String one, String other) {
      return Values.compareText(one, other);
    }
  },
  /** By the whole numbers that they are; what is none, of an earlier contract, comes last. */
  NUMBER {
    @Override
    public int compare(String one, String other) {
      Long number = Longs.tryParse(one);
      Long otherNumber = Longs.tryParse(other);
      if (number != null && otherNumber != null) {
        return number.compareTo(otherNumber);
      }
      if (number == null && otherNumber == null) {
        return Values.compareText(one, other);
      }
      return number == null ? 1 : -1;
    }
  };

  /** Below 0, 0 or above, as one id comes before, is, or comes behind the other. */
  public abstract int compare(String one, String other);
}
