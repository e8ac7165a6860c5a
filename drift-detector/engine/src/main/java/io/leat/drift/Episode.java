package io.leat.drift;

import io.leat.drift.Threshold.Level;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An episode that is open: from when enough evidence spoke against "nothing has changed" until the
 * streams that it names have been calm for a while. Immutable.
 *
 * @param id the same for the same monitor and first window, also after a restart
 * @param since start of the window that opened it, milliseconds since 1970-01-01 UTC
 * @param severity the highest so far
 * @param updates windows since that named a further stream or raised the severity
 * @param calm by the key of each stream that it names, windows in a row in which that was calm, up
 *     to where it has settled
 * @param told start of the last window in which something was told of it
 * @param joined streams that it has come to be about since then, in their texts' order
 */
public record Episode(
    String id,
    long since,
    Level severity,
    int updates,
    Map<String, Integer> calm,
    long told,
    SortedSet<String> joined) {
  private static final byte VERSION = 2;

  /** Told nothing of streams that joined. */
  private static final byte WITHOUT_JOINED = 1;

  public Episode {
    calm = Map.copyOf(calm);
    joined = Collections.unmodifiableSortedSet(new TreeSet<>(joined));
  }

  /** The same, of which all has been told in a window. */
  Episode told(long windowStart) {
    return new Episode(id, since, severity, updates, calm, windowStart, new TreeSet<>());
  }

  /** Compact binary form. */
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(id);
      out.writeLong(since);
      out.writeUTF(severity.name());
      out.writeInt(updates);
      out.writeInt(calm.size());
      for (Map.Entry<String, Integer> stream : new TreeMap<>(calm).entrySet()) {
        out.writeUTF(stream.getKey());
        out.writeInt(stream.getValue());
      }
      out.writeLong(told);
      out.writeInt(joined.size());
      for (String stream : joined) {
        out.writeUTF(stream);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  static Episode read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte version = in.readByte();
      if (version < WITHOUT_JOINED || version > VERSION) {
        throw new IllegalArgumentException(
            "an episode of format %d; this version of Leat reads formats up to %d"
                .formatted(version, VERSION));
      }
      String id = in.readUTF();
      long since = in.readLong();
      Level severity = Level.valueOf(in.readUTF());
      int updates = in.readInt();
      Map<String, Integer> calm = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        calm.put(in.readUTF(), in.readInt());
      }
      long told = version > WITHOUT_JOINED ? in.readLong() : since;
      SortedSet<String> joined = new TreeSet<>();
      for (int left = version > WITHOUT_JOINED ? in.readInt() : 0; left > 0; left--) {
        joined.add(in.readUTF());
      }
      return new Episode(id, since, severity, updates, calm, told, joined);
    } catch (IOException e) {
      throw new UncheckedIOException("an episode ends early", e);
    }
  }
}
