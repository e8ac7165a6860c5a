package io.leat.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A feature's value as bytes: one that says what it is, and the value. The one form in states, on
 * topics of ours and between Flink's operators; they differ in how a number and a text are written
 * ({@link Output}). Avro and JSON have forms of their own.
 *
 * <p>A value is a Long, Double, Boolean or String, or the {@link NullReason} for which there is
 * none; or null.
 */
public final class FeatureValues {
  // On the disk and on the wire: never change one.
  private static final int NULL = 0;
  private static final int LONG = 1;
  private static final int DOUBLE = 2;
  private static final int FALSE = 3;
  private static final int TRUE = 4;
  private static final int TEXT = 5;
  private static final int REASON = 6;

  private FeatureValues() {}

  /**
   * Where a value is written to.
   *
   * @param <E> what is thrown where that fails
   */
  public interface Output<E extends Exception> {
    void putByte(int value) throws E;

    void putWhole(long value) throws E;

    void putDouble(double value) throws E;

    void putText(String value) throws E;
  }

  /**
   * Where a value is read from.
   *
   * @param <E> what is thrown where that fails, or ends early
   */
  public interface Input<E extends Exception> {
    int takeByte() throws E;

    long takeWhole() throws E;

    double takeDouble() throws E;

    String takeText() throws E;
  }

  /** Writes a value, a reason or null. */
  public static <E extends Exception> void write(@Nullable Object value, Output<E> out) throws E {
    if (value == null) {
      out.putByte(NULL);
    } else if (value instanceof Long number) {
      out.putByte(LONG);
      out.putWhole(number);
    } else if (value instanceof Double number) {
      out.putByte(DOUBLE);
      out.putDouble(number);
    } else if (value instanceof Boolean truth) {
      out.putByte(truth ? TRUE : FALSE);
    } else if (value instanceof NullReason reason) {
      out.putByte(REASON);
      out.putByte(reason.code());
    } else {
      out.putByte(TEXT);
      out.putText((String) value);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if the byte in front says nothing that is known
   */
  public static <E extends Exception> @Nullable Object read(Input<E> in) throws E {
    int kind = in.takeByte();
    return switch (kind) {
      case NULL -> null;
      case LONG -> in.takeWhole();
      case DOUBLE -> in.takeDouble();
      case FALSE -> false;
      case TRUE -> true;
      case TEXT -> in.takeText();
      case REASON -> NullReason.of((byte) in.takeByte());
      default -> throw new IllegalArgumentException("a value in it is of kind " + kind);
    };
  }

  /** Whole numbers in 8 bytes, texts as UTF-8 behind their length in 4, all big-endian. */
  public static Output<IOException> to(DataOutput out) {
    return new Output<>() {
      @Override
      public void putByte(int value) throws IOException {
        out.writeByte(value);
      }

      @Override
      public void putWhole(long value) throws IOException {
        out.writeLong(value);
      }

      @Override
      public void putDouble(double value) throws IOException {
        out.writeDouble(value);
      }

      @Override
      public void putText(String value) throws IOException {
        byte[] utf8 = value.getBytes(UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
    };
  }

  /**
   * What {@link #to} wrote, of which no more is there than {@link InputStream#available} says: a
   * text that claims more is an {@link EOFException}.
   */
  public static Input<IOException> from(DataInputStream in) {
    return new Input<>() {
      @Override
      public int takeByte() throws IOException {
        return in.readByte();
      }

      @Override
      public long takeWhole() throws IOException {
        return in.readLong();
      }

      @Override
      public double takeDouble() throws IOException {
        return in.readDouble();
      }

      @Override
      public String takeText() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
          throw new EOFException(
              "a text of %d bytes where %d are left".formatted(length, in.available()));
        }
        return new String(in.readNBytes(length), UTF_8);
      }
    };
  }
}
