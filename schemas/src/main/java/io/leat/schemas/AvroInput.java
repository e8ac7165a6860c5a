package io.leat.schemas;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.avro.AvroTypeException;

/**
 * Bytes of Avro values and the place that is read next (Avro 1.12 specification, "Binary
 * Encoding"). What the specification leaves to a reader's taste is refused: a boolean that is
 * neither 0 nor 1, a number of more than 64 bits, a block that is not as long as it says. Not
 * thread-safe.
 */
final class AvroInput {
  private final byte[] bytes;
  private int at;
  private int level;

  /**
   * @param bytes are not copied
   * @param start of the value in them
   */
  AvroInput(byte[] bytes, int start) {
    this.bytes = bytes;
    this.at = start;
  }

  /** All bytes, not only those of the value. */
  byte[] bytes() {
    return bytes;
  }

  /** Where what is read next begins. */
  int at() {
    return at;
  }

  boolean isEnd() {
    return at == bytes.length;
  }

  /** Goes into a record, list or map. */
  void enter() {
    if (++level > Nesting.MOST_LEVELS) {
      throw new AvroTypeException(
          "it is nested more than %d levels deep".formatted(Nesting.MOST_LEVELS));
    }
  }

  /** Comes out of what it entered last. */
  void leave() {
    level--;
  }

  String readText() throws IOException {
    int length = advance(readLong());
    return StrictText.of(bytes, at - length, length);
  }

  byte[] readBytes() throws IOException {
    return readFixed(readLong());
  }

  byte[] readFixed(long size) throws IOException {
    int length = advance(size);
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  void skipBytes() throws IOException {
    advance(readLong());
  }

  void skip(int length) throws IOException {
    advance(length);
  }

  boolean readBoolean() throws IOException {
    advance(1);
    byte read = bytes[at - 1];
    if (read != 0 && read != 1) {
      throw new AvroTypeException("a boolean of byte %d; expected 0 or 1".formatted(read));
    }
    return read == 1;
  }

  float readFloat() throws IOException {
    return Float.intBitsToFloat((int) readLittleEndian(Float.BYTES));
  }

  double readDouble() throws IOException {
    return Double.longBitsToDouble(readLittleEndian(Double.BYTES));
  }

  private long readLittleEndian(int length) throws IOException {
    advance(length);
    long number = 0;
    for (int i = 1; i <= length; i++) {
      number = number << Byte.SIZE | bytes[at - i] & 0xFF;
    }
    return number;
  }

  int readInt() throws IOException {
    long number = readLong();
    if (number != (int) number) {
      throw new AvroTypeException(number + " is no int");
    }
    return (int) number;
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  long readLong() throws IOException {
    long zigzag = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at == bytes.length) {
        throw new EOFException();
      }
      byte next = bytes[at++];
      zigzag |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        if (shift == 63 && next > 1) {
          throw new AvroTypeException("a number of more than 64 bits");
        }
        return zigzag >>> 1 ^ -(zigzag & 1);
      }
    }
    throw new AvroTypeException("a number of more than ten bytes");
  }

  /** The number of a symbol or a branch. */
  int readIndex(int count, String what) throws IOException {
    int index = readInt();
    if (index < 0 || index >= count) {
      throw new AvroTypeException("number %d of %d %s".formatted(index, count, what));
    }
    return index;
  }

  /** Reads an item of a list or map. */
  @FunctionalInterface
  interface Item {
    void read() throws IOException;
  }

  /** Reads the blocks of a list or map, item by item. */
  void readBlocks(Item item) throws IOException {
    enter();
    long items = 0;
    for (long count = readLong(); count != 0; count = readLong()) {
      long end = -1;
      if (count < 0) { // then its length in bytes follows
        count = -count;
        long length = readLong();
        end = at + (long) atHand(length);
      }
      items += count;
      if (count < 0 || items > Topics.LARGEST_RECORD) {
        throw new AvroTypeException(
            "a list or map of more than %d items".formatted(Topics.LARGEST_RECORD));
      }
      for (long i = 0; i < count; i++) {
        item.read();
      }
      if (end >= 0 && end != at) {
        throw new AvroTypeException("a block of items that is not as long as it says");
      }
    }
    leave();
  }

  /** Passes over some bytes, and says how many. */
  private int advance(long length) throws IOException {
    int checked = atHand(length);
    at += checked;
    return checked;
  }

  private int atHand(long length) throws IOException {
    if (length < 0) {
      throw new AvroTypeException("a length of " + length);
    }
    if (length > bytes.length - at) {
      throw new EOFException();
    }
    return (int) length;
  }
}
