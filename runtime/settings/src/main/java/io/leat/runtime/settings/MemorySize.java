package io.leat.runtime.settings;

/**
 * An amount of memory.
 *
 * @param bytes 0 or more
 */
public record MemorySize(long bytes) implements Comparable<MemorySize> {
  private static final long KIBIBYTE = 1L << 10;
  private static final long MEBIBYTE = 1L << 20;

  @Override
  public int compareTo(MemorySize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** As a flag takes it, {@code 256MB}; rounded down to whole KB. */
  @Override
  public String toString() {
    return bytes % MEBIBYTE == 0 ? bytes / MEBIBYTE + "MB" : bytes / KIBIBYTE + "KB";
  }
}
