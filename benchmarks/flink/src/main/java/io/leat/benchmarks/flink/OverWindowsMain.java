package io.leat.benchmarks.flink;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * Count, sum, average and maximum over 1, 7 and 30 days at every payment, as one writes them in
 * Flink SQL: {@code OVER} windows by range of event time. A slot a partition, RocksDB,
 * exactly-once.
 *
 * <p>A query may have one window only, so three are nested. A range's lower edge counts, that of a
 * view's window does not: the ranges are a millisecond shorter.
 */
public final class OverWindowsMain {
  /** What each window adds to a row; the second argument names it. */
  private static final String OVER =
      """
      SELECT *,
        COUNT(*) OVER w AS payments_%2$s,
        SUM(amount) OVER w AS total_%2$s,
        AVG(amount) OVER w AS average_%2$s,
        MAX(amount) OVER w AS largest_%2$s
      FROM (%1$s)
      WINDOW w AS (
        PARTITION BY customer_id ORDER BY paid_at
        RANGE BETWEEN INTERVAL '%3$s 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW)
      """;

  private OverWindowsMain() {}

  /**
   * Takes, in this order: bootstrap servers, URL of the registry, topic of the payments, how many
   * of each partition to read (with commas between), topic of the rows, an empty folder for state
   * and checkpoints, time between checkpoints. Stays when the rows are written, until it is
   * stopped, so that what it took can be read.
   */
  public static void main(String[] arguments) throws Exception {
    String servers = arguments[0];
    List<String> perPartition = List.of(arguments[3].split(","));
    String ends =
        IntStream.range(0, perPartition.size())
            .mapToObj(i -> "partition:%d,offset:%s".formatted(i, perPartition.get(i)))
            .collect(Collectors.joining(";"));
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(
            settings(arguments[5], perPartition.size(), Duration.parse(arguments[6]), 256));
    StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
    tables.executeSql(
        """
        CREATE TABLE payments (
          payment_id BIGINT, paid_at TIMESTAMP(3), customer_id STRING, terminal_id STRING,
          amount DOUBLE,
          WATERMARK FOR paid_at AS paid_at
        ) WITH (
          'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
          'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'specific-offsets',
          'scan.bounded.specific-offsets' = '%s',
          'format' = 'avro-confluent', 'avro-confluent.url' = '%s')
        """
            .formatted(arguments[2], servers, ends, arguments[1]));
    tables.executeSql(
        """
        CREATE TABLE activity (
          payment_id BIGINT,
          payments_1d BIGINT, total_1d DOUBLE, average_1d DOUBLE, largest_1d DOUBLE,
          payments_7d BIGINT, total_7d DOUBLE, average_7d DOUBLE, largest_7d DOUBLE,
          payments_30d BIGINT, total_30d DOUBLE, average_30d DOUBLE, largest_30d DOUBLE
        ) WITH (
          'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
          'properties.compression.type' = 'lz4', 'properties.transaction.timeout.ms' = '600000',
          'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '%1$s',
          'format' = 'avro')
        """
            .formatted(arguments[4], servers));
    String oneDay = OVER.formatted("SELECT * FROM payments", "1d", "0");
    String sevenDays = OVER.formatted(oneDay, "7d", "6");
    String thirtyDays = OVER.formatted(sevenDays, "30d", "29");
    tables
        .executeSql(
            """
            INSERT INTO activity
            SELECT payment_id,
              payments_1d, total_1d, average_1d, largest_1d,
              payments_7d, total_7d, average_7d, largest_7d,
              payments_30d, total_30d, average_30d, largest_30d
            FROM (%s)
            """
                .formatted(thirtyDays))
        .await();
    new CountDownLatch(1).await();
  }

  /** What a Flink user would set for throughput; everything else at Flink's default. */
  static Configuration settings(
      String folder, int slots, Duration checkpoints, int stateMegabytes) {
    Configuration settings = new Configuration();
    settings.set(CoreOptions.DEFAULT_PARALLELISM, slots);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, "file://" + folder + "/checkpoints");
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpoints);
    settings.set(CoreOptions.TMP_DIRS, folder + "/scratch");
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(stateMegabytes));
    settings.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    settings.set(TaskManagerOptions.BIND_HOST, "127.0.0.1");
    settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    settings.set(RestOptions.PORT, 0);
    return settings;
  }
}
