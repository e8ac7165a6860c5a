package io.leat.drift.sequential;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The fields of a state, passed one by one in a fixed order. A writer writes each and gives it
 * back; a reader gives what stands there instead. So that the order is said once.
 */
interface Fields {
  double number(double value) throws IOException;

  long whole(long value) throws IOException;

  double[] numbers(double[] values) throws IOException;

  static Fields writing(DataOutput out) {
    return new Fields() {
      @Override
      public double number(double value) throws IOException {
        out.writeDouble(value);
        return value;
      }

      @Override
      public long whole(long value) throws IOException {
        out.writeLong(value);
        return value;
      }

      @Override
      public double[] numbers(double[] values) throws IOException {
        out.writeInt(values.length);
        for (double value : values) {
          out.writeDouble(value);
        }
        return values;
      }
    };
  }

  /**
   * @param atMost how many numbers an array can have in what is read
   */
  static Fields reading(DataInput in, int atMost) {
    return new Fields() {
      @Override
      public double number(double value) throws IOException {
        return in.readDouble();
      }

      @Override
      public long whole(long value) throws IOException {
        return in.readLong();
      }

      @Override
      public double[] numbers(double[] values) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > atMost) {
          throw new IOException("an array of %d numbers".formatted(length));
        }
        double[] read = new double[length];
        for (int i = 0; i < length; i++) {
          read[i] = in.readDouble();
        }
        return read;
      }
    };
  }
}
