package io.leat.drift;

import io.leat.drift.Threshold.Level;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@link AlertRule} remembers of one feature between windows. Immutable.
 *
 * @param recent per statistic, the newest evaluated windows, oldest first
 * @param open the open alert
 * @param cleanWindows windows in a row without drift, up to now, while an alert is open
 */
public record AlertState(Map<Statistic, List<Past>> recent, Optional<Open> open, int cleanWindows) {
  private static final byte VERSION = 1;

  /** Nothing seen yet. */
  public static final AlertState NONE = new AlertState(Map.of(), Optional.empty(), 0);

  public AlertState {
    recent = Map.copyOf(recent);
  }

  /**
   * An evaluated window.
   *
   * @param start milliseconds since 1970-01-01 UTC
   */
  record Past(long start, Level level) {}

  /** The open alert of a feature. */
  record Open(String id, Statistic statistic, Level severity) {}

  /** Compact binary form. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(recent.size());
      for (Statistic statistic : Statistics.all()) {
        List<Past> windows = recent.get(statistic);
        if (windows != null) {
          out.writeUTF(statistic.name());
          out.writeInt(windows.size());
          for (Past past : windows) {
            out.writeLong(past.start());
            out.writeUTF(past.level().name());
          }
        }
      }
      out.writeBoolean(open.isPresent());
      if (open.isPresent()) {
        out.writeUTF(open.get().id());
        out.writeUTF(open.get().statistic().name());
        out.writeUTF(open.get().severity().name());
      }
      out.writeInt(cleanWindows);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #toBytes} wrote. */
  public static AlertState read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte version = in.readByte();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "an alert's state of format %d; this version of Leat reads format %d"
                .formatted(version, VERSION));
      }
      Map<Statistic, List<Past>> recent = new HashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        Statistic statistic = Statistics.get(in.readUTF());
        Past[] windows = new Past[in.readInt()];
        for (int i = 0; i < windows.length; i++) {
          windows[i] = new Past(in.readLong(), Level.valueOf(in.readUTF()));
        }
        recent.put(statistic, List.of(windows));
      }
      Optional<Open> open =
          in.readBoolean()
              ? Optional.of(
                  new Open(in.readUTF(), Statistics.get(in.readUTF()), Level.valueOf(in.readUTF())))
              : Optional.empty();
      return new AlertState(recent, open, in.readInt());
    } catch (IOException e) {
      throw new UncheckedIOException("an alert's state ends early", e);
    }
  }
}
