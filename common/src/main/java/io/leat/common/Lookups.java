package io.leat.common;

import java.util.Map;
import java.util.NoSuchElementException;

/** Lookups that must find something: that they do not is a defect of Leat. */
public final class Lookups {
  private Lookups() {}

  /**
   * The key's value, which is there and not null; costs what the map's {@code get} does.
   *
   * @throws NoSuchElementException if it is not; the message names the key, and those that are
   */
  public static <V> V required(Map<?, V> map, Object key) {
    V value = map.get(key);
    if (value == null) {
      throw new NoSuchElementException("%s is none of %s".formatted(key, map.keySet()));
    }
    return value;
  }
}
