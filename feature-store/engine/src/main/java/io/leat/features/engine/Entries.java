package io.leat.features.engine;

import org.jspecify.annotations.Nullable;

/**
 * Where the states of a view's keys lie: bytes by bytes. A state is one entry under the key itself,
 * and further entries under names that begin with a byte that no key begins with once it has
 * outgrown one ({@code docs/reference/state-layout.md}).
 *
 * <p>Keys are UTF-8. An engine reads and writes one thread at a time; whoever reads beside a writer
 * gives it a snapshot.
 */
@FunctionalInterface
public interface Entries {
  /**
   * The value of a name; null where there is none. The engine does not change the arrays it gets.
   */
  byte @Nullable [] get(byte[] name);

  /** Entries that can be changed. */
  interface Mutable extends Entries {
    /** Sets the value of a name; both arrays are the callee's from then on. */
    void put(byte[] name, byte[] value);

    /** Removes a name; one that is not there changes nothing. */
    void remove(byte[] name);
  }
}
