package io.leat.features.offline.trainingset;

import io.leat.features.offline.OfflineException;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.SpineRow;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.SinkWriter;

/**
 * Keeps the rows in a file until all are there, for only then it is known where the parts begin;
 * then writes the parts. Takes the disk for the rows twice, and memory for one.
 */
final class TrainingSetWriter implements SinkWriter<Item> {
  private static final int BUFFER = 1 << 20;

  private final TrainingSetSink settings;
  private final Path folder;
  private final Path rowsFile;
  private final Path timesFile;
  private final DataOutputStream rows;
  private final DataOutputStream times;
  private long count;
  private long unlabelled;

  TrainingSetWriter(TrainingSetSink settings) throws IOException {
    this.settings = settings;
    this.folder = Path.of(settings.folder());
    this.rowsFile = folder.resolve("rows.tmp");
    this.timesFile = folder.resolve("times.tmp");
    this.rows = output(rowsFile);
    this.times = output(timesFile);
  }

  private static DataOutputStream output(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER));
  }

  @Override
  public void write(Item item, Context context) throws IOException {
    SpineRow row = SpineRow.fromBytes(item.value());
    rows.writeInt(item.value().length);
    rows.write(item.value());
    times.writeLong(row.time());
    count++;
    if (isLabelled() && row.values().get(row.values().size() - 1) == null) {
      unlabelled++;
    }
  }

  private boolean isLabelled() {
    return settings.columns().stream().anyMatch(column -> column.role() == Column.Role.label);
  }

  @Override
  public void flush(boolean endOfInput) throws IOException {
    if (!endOfInput) {
      return;
    }
    rows.close();
    times.close();
    if (count == 0) {
      throw new OfflineException(
          "The training set would have no rows. Is there a row of the spine between --from and --to, and, with --unlabelled drop, one whose label is known?");
    }
    try (RandomAccessFile eventTimes = new RandomAccessFile(timesFile.toFile(), "r")) {
      Shares.Borders borders = settings.shares().borders(count, row -> eventTime(eventTimes, row));
      Lineage lineage =
          Lineage.parse(settings.lineage())
              .withRows(
                  count,
                  isLabelled() ? Optional.of(unlabelled) : Optional.empty(),
                  eventTime(eventTimes, 0),
                  eventTime(eventTimes, count - 1),
                  first(eventTimes, borders.validation()),
                  first(eventTimes, borders.test()));
      writeParts(borders, lineage);
    }
    Files.delete(rowsFile);
    Files.delete(timesFile);
  }

  private Optional<Long> first(RandomAccessFile eventTimes, long row) {
    return row == count ? Optional.empty() : Optional.of(eventTime(eventTimes, row));
  }

  private static long eventTime(RandomAccessFile eventTimes, long row) {
    try {
      eventTimes.seek(row * Long.BYTES);
      return eventTimes.readLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeParts(Shares.Borders borders, Lineage lineage) throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put(TrainingSetFiles.TRAIN, borders.validation());
    sizes.put(TrainingSetFiles.VALIDATION, borders.test() - borders.validation());
    sizes.put(TrainingSetFiles.TEST, count - borders.test());
    Map<String, String> metadata = Map.of(Lineage.PROPERTY, lineage.toText());
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(rowsFile), BUFFER))) {
      for (Map.Entry<String, Long> part : sizes.entrySet()) {
        try (PartFile file =
            new PartFile(folder.resolve(part.getKey()), settings.columns(), metadata)) {
          for (long left = part.getValue(); left > 0; left--) {
            file.write(SpineRow.fromBytes(in.readNBytes(in.readInt())));
          }
        }
      }
    }
    lineage.withFiles(folder, sizes).write(folder);
  }

  @Override
  public void close() throws IOException {
    rows.close();
    times.close();
  }
}
