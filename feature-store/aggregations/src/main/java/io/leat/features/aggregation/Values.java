package io.leat.features.aggregation;

import org.jspecify.annotations.Nullable;

/** The order of the values of one field. */
public final class Values {
  private Values() {}

  /** Null before all others, which are of one type: texts by code points, others as they are. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // the values of one field are of one type
  public static int compare(@Nullable Object one, @Nullable Object other) {
    if (one == null || other == null) {
      return one == other ? 0 : one == null ? -1 : 1;
    }
    return one instanceof String text && other instanceof String otherText
        ? compareText(text, otherText)
        : ((Comparable) one).compareTo(other);
  }

  /** By code points; {@link String#compareTo} puts those beyond 16 bits before some of 16. */
  static int compareText(String one, String other) {
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        boolean isBeyond = Character.isSurrogate(a);
        return isBeyond == Character.isSurrogate(b) ? a - b : isBeyond ? 1 : -1;
      }
    }
    return one.length() - other.length();
  }
}
