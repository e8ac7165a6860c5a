package io.leat.features.engine;

import org.jspecify.annotations.Nullable;

/** The order of the values of one field. */
final class Values {
  private Values() {}

  /** Null before all others, which are of one type, in their natural order. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // the values of one field are of one type
  static int compare(@Nullable Object one, @Nullable Object other) {
    if (one == null || other == null) {
      return one == other ? 0 : one == null ? -1 : 1;
    }
    return ((Comparable) one).compareTo(other);
  }
}
