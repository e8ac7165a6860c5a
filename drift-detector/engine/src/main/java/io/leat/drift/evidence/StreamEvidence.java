package io.leat.drift.evidence;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The evidence of one stream of windows that it has changed: a Shiryaev-Roberts e-detector on
 * conformal ranks.
 *
 * <p>A window's statistic is ranked among the reference's and those of the live windows that were
 * clean (in its season, where there are seasons). The rank is bet on ({@link Bets}), and the
 * detector becomes {@code e (M + 1)}: the sum, over every window at which the change could have
 * begun, of what bets from there on have won. While nothing changes, the mean of M at any time that
 * one may choose to stop is at most the windows till then, so that "alarm at M = A" alarms once in
 * A windows at most (Shin, Ramdas and Rinaldo, New England Journal of Statistics in Data Science,
 * 2024, arXiv 2203.03532). Of a stream whose windows are evaluated m at a time it becomes {@code e
 * (M + m)}, since m windows have passed.
 *
 * <p>What a bet has won is taken to the power of one over the reference's inflation: of windows
 * that hang together n at a time, as if they were one, n count as one. Its mean stays at most 1
 * (Jensen), so that this takes nothing from the promise, where there is one.
 *
 * <p>What a bet would win beyond the alarm is spent below it ({@link Bets#towards}), so that the
 * detector reaches the alarm, and does not leap over it: the promise is used up more nearly. Only
 * where windows are exchangeable, as they are or by season; elsewhere what is left over is what
 * pays for their dependence.
 *
 * <p>Mutable; not thread-safe.
 */
public final class StreamEvidence {
  private static final byte VERSION = 1;

  /** Bytes of a window's number, as it is written, and of its value. */
  private static final int MOST_A_WINDOW = 10 + Float.BYTES;

  /**
   * So many clean windows are kept, or as many as the reference has, up to {@value #MOST_CLEAN}:
   * the least bet is on one rank in fifty, so that more say no more. Of more the oldest are let go.
   */
  static final int LEAST_CLEAN = 512;

  static final int MOST_CLEAN = 4096;

  /** Beyond this it says no more, and sums stay finite. */
  private static final double MOST = 1e200;

  private double evidence;
  private long[] windows = new long[0];
  private float[] values = new float[0];
  private int clean;

  /** Nothing seen yet. */
  public StreamEvidence() {}

  /** The detector: 0 at first and after each {@link #forget}, then more than 0. */
  public double value() {
    return evidence;
  }

  /** Live windows that others are ranked among. */
  public int cleanWindows() {
    return clean;
  }

  /**
   * Takes the next window.
   *
   * @param value its statistic
   * @param tie between 0, excluded, and 1, drawn for this stream and window alone: where among its
   *     ties the window stands
   * @param joins whether later windows are ranked among this one too
   * @param alarmAt what is decided at: the detector is not to pass it in one step
   */
  public void add(
      Dependence.Finding reference,
      long window,
      float value,
      double tie,
      boolean joins,
      double alarmAt) {
    double rank = rank(reference, window, value, tie);
    double before = evidence + reference.merged();
    double power = 1 / reference.inflation();
    if (before < alarmAt && reference.guarantee().compareTo(Guarantee.MERGED) < 0) {
      double room = alarmAt / before;
      double won = Bets.towards(rank, power, room);
      evidence = won >= room ? alarmAt : won * before;
    } else {
      evidence = Math.min(MOST, Math.pow(Bets.of(rank), power) * before);
    }
    if (joins) {
      join(window, value, mostClean(reference.series().size()));
    }
  }

  /** As the other, where nothing is decided at any number. */
  public void add(
      Dependence.Finding reference, long window, float value, double tie, boolean joins) {
    add(reference, window, value, tie, joins, MOST);
  }

  static int mostClean(int ofReference) {
    return Math.max(LEAST_CLEAN, Math.min(MOST_CLEAN, ofReference));
  }

  /**
   * The share of windows that are at least as far off as this one, itself among them; more than 0,
   * at most 1.
   */
  private double rank(Dependence.Finding reference, long window, float value, double tie) {
    WindowSeries series = reference.series();
    int seasons = reference.seasons();
    long season = WindowSeries.season(window, seasons);
    int greater = 0;
    int equal = 1;
    int all = 1;
    for (int i = 0; i < series.size(); i++) {
      if (WindowSeries.season(series.window(i), seasons) == season) {
        all++;
        greater += series.value(i) > value ? 1 : 0;
        equal += series.value(i) == value ? 1 : 0;
      }
    }
    for (int i = 0; i < clean; i++) {
      if (WindowSeries.season(windows[i], seasons) == season) {
        all++;
        greater += values[i] > value ? 1 : 0;
        equal += values[i] == value ? 1 : 0;
      }
    }
    return (greater + tie * equal) / all;
  }

  private void join(long window, float value, int most) {
    if (clean >= most) {
      int from = clean - most + 1;
      System.arraycopy(windows, from, windows, 0, clean - from);
      System.arraycopy(values, from, values, 0, clean - from);
      clean -= from;
    }
    if (clean == windows.length) {
      int larger = Math.min(most, Math.max(16, 2 * clean));
      windows = Arrays.copyOf(windows, larger);
      values = Arrays.copyOf(values, larger);
    }
    windows[clean] = window;
    values[clean++] = value;
  }

  /** Begins anew; what windows are ranked among stays. */
  public void forget() {
    evidence = 0;
  }

  /** Compact binary form. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(1 + Double.BYTES + Integer.BYTES + MOST_A_WINDOW * clean);
    out.put(VERSION).putDouble(evidence).putInt(clean);
    long before = 0;
    for (int i = 0; i < clean; i++) {
      writeNumber(out, windows[i] - before);
      before = windows[i];
      out.putFloat(values[i]);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Reads what {@link #toBytes} wrote. */
  public static StreamEvidence read(byte[] bytes) {
    return read(ByteBuffer.wrap(bytes));
  }

  /** Reads what {@link #toBytes} wrote, and moves the buffer behind it. */
  public static StreamEvidence read(ByteBuffer in) {
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "a stream's evidence of format %d; this version of Leat reads format %d"
                .formatted(version, VERSION));
      }
      StreamEvidence read = new StreamEvidence();
      read.evidence = in.getDouble();
      read.clean = in.getInt();
      read.windows = new long[read.clean];
      read.values = new float[read.clean];
      long before = 0;
      for (int i = 0; i < read.clean; i++) {
        before += readNumber(in);
        read.windows[i] = before;
        read.values[i] = in.getFloat();
      }
      return read;
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a stream's evidence ends early", e);
    }
  }

  /** Zigzag, then seven bits a byte, the lowest first; the high bit says that more follow. */
  private static void writeNumber(ByteBuffer out, long number) {
    long rest = (number << 1) ^ (number >> 63);
    while ((rest & ~0x7fL) != 0) {
      out.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  private static long readNumber(ByteBuffer in) {
    long rest = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.get();
      rest |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return (rest >>> 1) ^ -(rest & 1);
      }
    }
  }
}
