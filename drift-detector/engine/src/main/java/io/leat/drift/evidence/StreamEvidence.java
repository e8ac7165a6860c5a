package io.leat.drift.evidence;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * <p>Mutable; not thread-safe.
 */
public final class StreamEvidence {
  private static final byte VERSION = 1;

  /** Reference and clean windows together; of more the oldest clean ones are let go. */
  static final int MOST_RANKED = 4096;

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
   */
  public void add(
      Dependence.Finding reference, long window, float value, double tie, boolean joins) {
    double rank = rank(reference, window, value, tie);
    double won = Math.pow(Bets.of(rank), 1 / reference.inflation());
    evidence = Math.min(MOST, won * (evidence + reference.merged()));
    if (joins) {
      join(window, value, Math.max(0, MOST_RANKED - reference.series().size()));
    }
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
    if (most == 0) {
      return;
    }
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 + 8 * clean);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeDouble(evidence);
      out.writeInt(clean);
      long before = 0;
      for (int i = 0; i < clean; i++) {
        writeNumber(out, windows[i] - before);
        before = windows[i];
        out.writeFloat(values[i]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #toBytes} wrote. */
  public static StreamEvidence read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte version = in.readByte();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "a stream's evidence of format %d; this version of Leat reads format %d"
                .formatted(version, VERSION));
      }
      StreamEvidence read = new StreamEvidence();
      read.evidence = in.readDouble();
      read.clean = in.readInt();
      read.windows = new long[read.clean];
      read.values = new float[read.clean];
      long before = 0;
      for (int i = 0; i < read.clean; i++) {
        before += readNumber(in);
        read.windows[i] = before;
        read.values[i] = in.readFloat();
      }
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException("a stream's evidence ends early", e);
    }
  }

  /** Zigzag, then seven bits a byte, the lowest first; the high bit says that more follow. */
  private static void writeNumber(DataOutputStream out, long number) throws IOException {
    long rest = (number << 1) ^ (number >> 63);
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  private static long readNumber(DataInputStream in) throws IOException {
    long rest = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.readUnsignedByte();
      rest |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return (rest >>> 1) ^ -(rest & 1);
      }
    }
  }
}
