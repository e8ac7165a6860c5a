package io.leat.cli.up;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;

/**
 * How many committed records were counted in each partition, and up to where. Offsets alone do not
 * tell: transactions put markers between the records. {@code leat up} keeps the counts in its
 * folder, so that nobody counts again what has been counted. One thread owns it.
 */
final class TopicCounts {
  private static final String FILE = "counts.properties";

  private final Map<TopicPartition, Counted> partitions = new HashMap<>();

  /**
   * @param position offset of the first record that was not counted
   * @param records those before it
   */
  record Counted(long position, long records) {}

  /** What a folder's stack has counted; nothing where it has not, or it cannot be read. */
  static TopicCounts load(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return new TopicCounts();
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      Properties properties = new Properties();
      properties.load(reader);
      TopicCounts counts = new TopicCounts();
      for (String name : properties.stringPropertyNames()) {
        int slash = name.lastIndexOf('/');
        String[] value = properties.getProperty(name).split(" ", 2);
        counts.put(
            new TopicPartition(
                name.substring(0, slash), Integer.parseInt(name.substring(slash + 1))),
            new Counted(Long.parseLong(value[0]), Long.parseLong(value[1])));
      }
      return counts;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return new TopicCounts(); // not as we wrote it: counting again is always right
    }
  }

  void save(Path folder) throws IOException {
    Properties properties = new Properties();
    partitions.forEach(
        (partition, counted) ->
            properties.setProperty(
                partition.topic() + "/" + partition.partition(),
                counted.position() + " " + counted.records()));
    Path next = folder.resolve(FILE + ".next");
    try (Writer writer = Files.newBufferedWriter(next)) {
      properties.store(writer, "topic/partition = first offset not counted, records before it");
    }
    Files.move(next, folder.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
  }

  Optional<Counted> get(TopicPartition partition) {
    return Optional.ofNullable(partitions.get(partition));
  }

  void put(TopicPartition partition, Counted counted) {
    partitions.put(partition, counted);
  }

  /** Counts more records of a partition. */
  void add(TopicPartition partition, long position, long records) {
    partitions.merge(
        partition,
        new Counted(position, records),
        (before, more) -> new Counted(position, before.records() + records));
  }

  long records(String topic) {
    return partitions.entrySet().stream()
        .filter(entry -> entry.getKey().topic().equals(topic))
        .mapToLong(entry -> entry.getValue().records())
        .sum();
  }
}
