package io.leat.runtime.flink;

/** Up to when a stream is known to be read to its end. */
@FunctionalInterface
interface Drain {
  /** In place of a time: nothing is known. */
  long UNKNOWN = Long.MIN_VALUE;

  /**
   * A time, in milliseconds since 1970 by the wall clock: whatever was in the stream then, in the
   * topics of the stages before too, has been read since. Never goes back; or {@link #UNKNOWN}.
   */
  long until();
}
