package io.leat.features.offline.replay;

import io.leat.schemas.FeatureValues;
import io.leat.schemas.NullReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of the spine, with what has been found for it so far.
 *
 * @param id the event's id; of a file's row without one, its line
 * @param time event time, microseconds since 1970-01-01 UTC
 * @param partition of the producer's event; 0 for a file's row
 * @param offset of the producer's event; of a file's row its number, from 1
 * @param event the spine event's bytes ({@link EventCodec}); empty once nobody needs it
 * @param values what has been found, each a Long, Double, Boolean, String, the {@link NullReason}
 *     for which a feature has no value, or null
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record SpineRow(
    String id, long time, int partition, long offset, byte[] event, List<@Nullable Object> values) {
  /** The row with other values. */
  public SpineRow withValues(List<@Nullable Object> found) {
    return new SpineRow(id, time, partition, offset, event, found);
  }

  /** The row with other values and without its event. */
  public SpineRow finished(List<@Nullable Object> found) {
    return new SpineRow(id, time, partition, offset, new byte[0], found);
  }

  /** The row as bytes. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(event.length + 256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      FeatureValues.Output<IOException> to = FeatureValues.to(out);
      to.putText(id);
      out.writeLong(time);
      out.writeInt(partition);
      out.writeLong(offset);
      out.writeInt(event.length);
      out.write(event);
      out.writeInt(values.size());
      for (Object value : values) {
        FeatureValues.write(value, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #toBytes} wrote. */
  public static SpineRow fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      FeatureValues.Input<IOException> from = FeatureValues.from(in);
      String id = from.takeText();
      long time = in.readLong();
      int partition = in.readInt();
      long offset = in.readLong();
      byte[] event = in.readNBytes(in.readInt());
      int size = in.readInt();
      List<@Nullable Object> values = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        values.add(FeatureValues.read(from));
      }
      return new SpineRow(id, time, partition, offset, event, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }
}
