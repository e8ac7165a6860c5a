package io.leat.benchmarks.expert;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Count, sum, average and maximum over 1, 7 and 30 days: the tiles of a key are one array of bytes,
 * 28 a tile that has an event (index, count, sum, maximum), in the order of time. An event is one
 * read of it, one copy with one tile changed, and one pass over the tiles of the longest window.
 *
 * <p>Evaluated at an event's time, a window covers its tile and those before it; a resolution of a
 * millisecond makes it exact. Events may come late by {@link #GRACE}. Not thread-safe.
 */
public final class Tiles {
  /** The windows. */
  public static final List<Duration> WINDOWS =
      List.of(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));

  /** How late an event may be, and still be counted. */
  public static final Duration GRACE = Duration.ofHours(1);

  private static final VarHandle LONG = view(long[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle DOUBLE = view(double[].class);
  private static final int TILE = 28;
  private static final int COUNT = 8;
  private static final int SUM = 12;
  private static final int LARGEST = 20;

  private final long resolution;
  private final long[] lengths;
  private final long kept;
  private final long[] counts = new long[WINDOWS.size()];
  private final double[] sums = new double[WINDOWS.size()];
  private final double[] largest = new double[WINDOWS.size()];
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(128);
  private @Nullable BinaryEncoder encoder;

  /**
   * @param resolution length of a tile in milliseconds
   */
  public Tiles(long resolution) {
    this.resolution = resolution;
    this.lengths = WINDOWS.stream().mapToLong(window -> window.toMillis() / resolution).toArray();
    this.kept = lengths[lengths.length - 1] + GRACE.toMillis() / resolution + 1;
  }

  /**
   * Adds an event, and evaluates all windows at its time.
   *
   * @param state of the key; null before its first event. Not changed
   * @param time of the event, milliseconds
   * @return the new state
   */
  public byte[] add(byte @Nullable [] state, long time, double amount) {
    long tile = Math.floorDiv(time, resolution);
    byte[] before = state == null ? new byte[0] : state;
    int at = before.length;
    while (at > 0 && index(before, at - TILE) > tile) {
      at -= TILE;
    }
    boolean isThere = at > 0 && index(before, at - TILE) == tile;
    long newest = before.length == 0 ? tile : Math.max(tile, index(before, before.length - TILE));
    int from = 0;
    while (from < at && index(before, from) < newest - kept) {
      from += TILE;
    }
    byte[] after;
    int place = at - from;
    if (isThere) {
      place -= TILE;
      after = Arrays.copyOfRange(before, from, before.length);
      INT.set(after, place + COUNT, (int) INT.get(after, place + COUNT) + 1);
      DOUBLE.set(after, place + SUM, (double) DOUBLE.get(after, place + SUM) + amount);
      DOUBLE.set(
          after, place + LARGEST, Math.max((double) DOUBLE.get(after, place + LARGEST), amount));
    } else {
      after = new byte[before.length - from + TILE];
      System.arraycopy(before, from, after, 0, place);
      LONG.set(after, place, tile);
      INT.set(after, place + COUNT, 1);
      DOUBLE.set(after, place + SUM, amount);
      DOUBLE.set(after, place + LARGEST, amount);
      System.arraycopy(before, at, after, place + TILE, before.length - at);
    }
    evaluate(after, place, tile);
    return after;
  }

  /** From the event's tile backwards: the longer windows go on where the shorter ones end. */
  private void evaluate(byte[] tiles, int newest, long end) {
    long count = 0;
    double sum = 0;
    double most = Double.NEGATIVE_INFINITY;
    int at = newest;
    for (int window = 0; window < lengths.length; window++) {
      for (; at >= 0 && index(tiles, at) > end - lengths[window]; at -= TILE) {
        count += (int) INT.get(tiles, at + COUNT);
        sum += (double) DOUBLE.get(tiles, at + SUM);
        most = Math.max(most, (double) DOUBLE.get(tiles, at + LARGEST));
      }
      counts[window] = count;
      sums[window] = sum;
      largest[window] = most;
    }
  }

  /**
   * What was evaluated last, in Avro's binary encoding: the payment's id, and for each window
   * count, sum, average and maximum.
   */
  public byte[] row(long payment) {
    buffer.reset();
    encoder = EncoderFactory.get().directBinaryEncoder(buffer, encoder);
    try {
      encoder.writeLong(payment);
      for (int window = 0; window < lengths.length; window++) {
        encoder.writeLong(counts[window]);
        encoder.writeDouble(sums[window]);
        encoder.writeDouble(sums[window] / counts[window]);
        encoder.writeDouble(largest[window]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return buffer.toByteArray();
  }

  private static long index(byte[] tiles, int at) {
    return (long) LONG.get(tiles, at);
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }
}
