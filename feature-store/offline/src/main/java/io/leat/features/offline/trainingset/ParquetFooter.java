package io.leat.features.offline.trainingset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;

/**
 * Makes a Parquet file's footer the same in every process. Parquet's writer lists the encodings of
 * a column in the order of a hash set of enum constants, whose hashes each process draws again; the
 * format asks for no order.
 */
final class ParquetFooter {
  private static final byte[] MARK = "PAR1".getBytes(StandardCharsets.US_ASCII);

  private ParquetFooter() {}

  /** The footer of a finished file. */
  static FileMetaData read(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      return read(bytes);
    }
  }

  /** Writes the footer of a finished file again, with every list of encodings sorted. */
  static void sortEncodings(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      FileMetaData footer = read(bytes);
      long begin = begin(bytes);
      footer
          .getRow_groups()
          .forEach(
              group ->
                  group
                      .getColumns()
                      .forEach(column -> Collections.sort(column.getMeta_data().getEncodings())));
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      Util.writeFileMetaData(footer, written);
      bytes.setLength(begin);
      bytes.seek(begin);
      bytes.write(written.toByteArray());
      bytes.writeInt(Integer.reverseBytes(written.size()));
      bytes.write(MARK);
    }
  }

  private static FileMetaData read(RandomAccessFile bytes) throws IOException {
    long begin = begin(bytes);
    byte[] footer = new byte[(int) (end(bytes) - begin)];
    bytes.seek(begin);
    bytes.readFully(footer);
    return Util.readFileMetaData(new ByteArrayInputStream(footer));
  }

  private static long begin(RandomAccessFile bytes) throws IOException {
    bytes.seek(end(bytes));
    return end(bytes) - Integer.reverseBytes(bytes.readInt());
  }

  /** Where the footer ends: its length and the mark follow. */
  private static long end(RandomAccessFile bytes) throws IOException {
    return bytes.length() - MARK.length - Integer.BYTES;
  }
}
