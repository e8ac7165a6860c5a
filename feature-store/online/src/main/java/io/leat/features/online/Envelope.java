package io.leat.features.online;

import io.leat.features.online.backfill.Position;
import io.leat.schemas.FeatureValues;
import io.leat.schemas.NullReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way from entity to entity, with the values that it has gathered.
 *
 * <p>Binary form, all numbers big-endian:
 *
 * <pre>
 * byte   4, the version of this form (version 3 has no reasons, byte 0 for any null;
 *        version 2 has no place and does not tell of views that wait, and names late views without
 *        their version; of version 1, values are null, long and double only)
 * int    partition of the valid topic, from 0; -1 where it is not known
 * long   offset there
 * int    length of the spine key, -1 for none; the key
 * int    length of the event; the event, as it lies on its valid topic
 * short  number of evaluated views, for each:
 *          text  view@version (short length, modified UTF-8)
 *          short number of values, each as {@link FeatureValues} has it
 * short  number of views that the event came too late for, for each: text view@version
 * short  number of views that wait for their backfill, for each: text view@version
 * </pre>
 *
 * @param key key of the event's record, as it lies on its valid topic; null where it has none
 * @param event the event's bytes, as they lie on its valid topic
 * @param position where the event lies on its valid topic
 * @param values view id to the view's values, or the reasons why there are none, in the order of
 *     its columns. An absent view has no values: the entity's key was null, the event came too
 *     late, or the view waits
 * @param lateFor ids of the views that the event came too late for
 * @param notYet ids of the views whose values it wants and which wait for their backfill
 */
record Envelope(
    byte @Nullable [] key,
    byte[] event,
    Position position,
    Map<String, Object[]> values,
    List<String> lateFor,
    List<String> notYet) {
  private static final int VERSION = 4;
  private static final int FIRST_WITH_POSITION = 3;

  Envelope(byte @Nullable [] key, byte[] event, Position position) {
    this(key, event, position, Map.of(), List.of(), List.of());
  }

  /**
   * The envelope with further values, further views that the event came too late for, and further
   * views that wait.
   */
  Envelope with(Map<String, Object[]> moreValues, List<String> moreLate, List<String> moreNotYet) {
    if (moreValues.isEmpty() && moreLate.isEmpty() && moreNotYet.isEmpty()) {
      return this;
    }
    Map<String, Object[]> allValues = new LinkedHashMap<>(values);
    allValues.putAll(moreValues);
    List<String> allLate = new ArrayList<>(lateFor);
    allLate.addAll(moreLate);
    List<String> allNotYet = new ArrayList<>(notYet);
    allNotYet.addAll(moreNotYet);
    return new Envelope(key, event, position, allValues, allLate, allNotYet);
  }

  /** Names of the views that the event came too late for, in whatever version, each once. */
  List<String> lateViews() {
    return lateFor.stream().map(id -> id.split("@", 2)[0]).distinct().toList();
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(event.length + 256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      FeatureValues.Output<IOException> valuesTo = FeatureValues.to(out);
      out.writeByte(VERSION);
      out.writeInt(position.partition());
      out.writeLong(position.offset());
      out.writeInt(key == null ? -1 : key.length);
      if (key != null) {
        out.write(key);
      }
      out.writeInt(event.length);
      out.write(event);
      out.writeShort(values.size());
      for (Map.Entry<String, Object[]> view : values.entrySet()) {
        out.writeUTF(view.getKey());
        out.writeShort(view.getValue().length);
        for (Object value : view.getValue()) {
          FeatureValues.write(value, valuesTo);
        }
      }
      writeNames(out, lateFor);
      writeNames(out, notYet);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws SerializationException if the bytes are anything else
   */
  static Envelope fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version < 1 || version > VERSION) {
        throw new SerializationException(
            "an envelope of version %d; this release reads versions up to %d"
                .formatted(version, VERSION));
      }
      boolean hasPosition = version >= FIRST_WITH_POSITION;
      Position position =
          hasPosition ? new Position(in.readInt(), in.readLong()) : Position.UNKNOWN;
      byte[] key = readBytes(in);
      byte[] event = readBytes(in);
      if (event == null) {
        throw new SerializationException("an envelope without an event");
      }
      FeatureValues.Input<IOException> valuesFrom = FeatureValues.from(in);
      Map<String, Object[]> values = new LinkedHashMap<>();
      for (int views = in.readUnsignedShort(); views > 0; views--) {
        String view = in.readUTF();
        Object[] columns = new Object[in.readUnsignedShort()];
        for (int i = 0; i < columns.length; i++) {
          Object value = FeatureValues.read(valuesFrom);
          columns[i] = value == null ? NullReason.UNSTATED : value;
        }
        values.put(view, columns);
      }
      List<String> lateFor = readNames(in);
      List<String> notYet = hasPosition ? readNames(in) : List.of();
      if (in.available() > 0) {
        throw new SerializationException(in.available() + " bytes are left behind an envelope");
      }
      return new Envelope(key, event, position, values, lateFor, notYet);
    } catch (IllegalArgumentException e) {
      throw new SerializationException("an envelope of which " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SerializationException(
          "an envelope of %d bytes that ends early".formatted(bytes.length), e);
    }
  }

  private static void writeNames(DataOutputStream out, List<String> names) throws IOException {
    out.writeShort(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
  }

  private static List<String> readNames(DataInputStream in) throws IOException {
    List<String> names = new ArrayList<>();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      names.add(in.readUTF());
    }
    return names;
  }

  private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length == -1) {
      return null;
    }
    if (length < 0 || length > in.available()) {
      throw new SerializationException(
          "an envelope that names %d bytes and holds %d".formatted(length, in.available()));
    }
    return in.readNBytes(length);
  }
}
