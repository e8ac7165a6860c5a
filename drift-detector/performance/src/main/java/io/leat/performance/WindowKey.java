package io.leat.performance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * A window of a series.
 *
 * @param start in microseconds, inclusive
 */
record WindowKey(Series series, long start) {
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      series.write(out);
      out.writeLong(SortedBytes.ofLong(start));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  static WindowKey fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new WindowKey(Series.read(in), SortedBytes.toLong(in.readLong()));
    } catch (IOException e) {
      throw new SerializationException("a window that ends early", e);
    }
  }
}
