package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.aggregation.AggregateFunction;
import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.engine.Entries;
import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What an event costs by how many events of its key lie in the longest window: the engine over
 * RocksDB, without a log. The floor is a bare get and put of 512 bytes.
 */
@Command(
    name = "busy-keys",
    mixinStandardHelpOptions = true,
    description =
        "Update and evaluation of exact windows (4 aggregations x 3 windows) of keys with few and"
            + " many events.")
final class BusyKeysCommand implements Callable<Integer> {
  private static final Contract PAYMENTS =
      Contract.of(
          "payments",
          SchemaBuilder.record("Payment")
              .fields()
              .requiredDouble("amount")
              .requiredString("id")
              .requiredLong("at")
              .endRecord(),
          "benchmarks",
          "",
          Optional.empty(),
          "id",
          "at",
          Duration.ofMinutes(5),
          List.of(),
          new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(30)));
  private static final FeatureView VIEW =
      new FeatureView(
          "terminal_activity",
          1,
          new Entity("terminal", "terminal_id"),
          "payments",
          List.of(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30)),
          Duration.ofMillis(1),
          Duration.ZERO,
          Duration.ofHours(1),
          List.of(
              new Aggregation(
                  "payments",
                  AggregateFunctions.COUNT,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()),
              amount(AggregateFunctions.AVG),
              amount(AggregateFunctions.MIN),
              amount(AggregateFunctions.MAX)));
  private static final int CACHED_NODES = 1_024;

  @Option(
      names = "--in-window",
      split = ",",
      defaultValue = "100,1000,10000,100000,1000000",
      description = "Events of a key in 30 days. Default: ${DEFAULT-VALUE}.")
  private List<Integer> inWindow = List.of();

  @Option(names = "--events", defaultValue = "300000", description = "Default: ${DEFAULT-VALUE}.")
  private int events;

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  /** A cost, and what was written for it. */
  private record Cost(double cpuMicros, double entries, double bytes, Store.Kept kept) {}

  @Override
  public Integer call() throws Exception {
    Results out = new Results(results, "benchmarks/run busy-keys --events %d".formatted(events));
    measure(inWindow.get(0), false); // warms up
    measure(inWindow.get(inWindow.size() - 1) / 10, false);
    Cost floor = bare();
    out.line(
        "| events in 30 d | CPU us an event | of the first row's | entries written | bytes written"
            + " | entries kept | bytes kept |");
    out.line("|---|---|---|---|---|---|---|");
    out.line("| bare get and put of 512 bytes | %.1f | - | 1 | 512 | 1 | 512 |", floor.cpuMicros());
    double first = 0;
    for (int size : inWindow) {
      Cost cost = measure(size, true);
      first = first == 0 ? cost.cpuMicros() : first;
      out.line(
          "| %,d | %.1f | %.2f | %.2f | %.0f | %,d | %,d |",
          size,
          cost.cpuMicros(),
          cost.cpuMicros() / first,
          cost.entries(),
          cost.bytes(),
          cost.kept().entries(),
          cost.kept().bytes());
    }
    out.append();
    return 0;
  }

  private Cost measure(int size, boolean settled) throws Exception {
    try (Store store = new Store()) {
      ViewEngine engine = new ViewEngine(VIEW, PAYMENTS, CACHED_NODES);
      byte[] key = "terminal 7".getBytes(UTF_8);
      GenericRecord payment = new GenericData.Record(PAYMENTS.schema());
      payment.put("id", "any");
      Random random = new Random(7);
      long every = Duration.ofDays(30).toMillis() / size;
      long time = 0;
      int fill = size + (settled ? Math.max(size / 10, 20_000) : 20_000);
      for (int i = 0; i < fill; i++) {
        payment.put("amount", random.nextInt(100_000) / 100.0);
        payment.put("at", time += every);
        engine.update(store, key, payment);
      }
      store.entries = 0;
      store.bytes = 0;
      CpuClock clock = new CpuClock();
      clock.start();
      for (int i = 0; i < events; i++) {
        payment.put("amount", random.nextInt(100_000) / 100.0);
        payment.put("at", time += every);
        ViewEngine.Step step = engine.updateAndEvaluate(store, key, payment);
        if (step.late() || step.values().length != 12) {
          throw new IllegalStateException("unexpected: " + step);
        }
      }
      clock.stop();
      return new Cost(
          clock.nanos / 1e3 / events,
          (double) store.entries / events,
          (double) store.bytes / events,
          store.kept());
    }
  }

  private Cost bare() throws Exception {
    try (Store store = new Store()) {
      byte[] key = "terminal 7".getBytes(UTF_8);
      store.put(key, new byte[512]);
      CpuClock clock = new CpuClock();
      clock.start();
      for (int i = 0; i < events; i++) {
        byte[] value = store.get(key);
        value[i & 511]++;
        store.put(key, value);
      }
      clock.stop();
      return new Cost(clock.nanos / 1e3 / events, 1, 512, store.kept());
    }
  }

  private static Aggregation amount(AggregateFunction function) {
    return new Aggregation(
        function.name().toLowerCase(Locale.ROOT) + "_amount",
        function,
        Optional.of("amount"),
        Optional.empty(),
        Optional.empty());
  }

  /** A RocksDB as Kafka Streams writes one: without a log. */
  private static final class Store implements Entries.Mutable, AutoCloseable {
    private final Path folder;
    private final Options options = new Options().setCreateIfMissing(true);
    private final WriteOptions write = new WriteOptions().setDisableWAL(true);
    private final RocksDB database;
    private long entries;
    private long bytes;

    /** What lies in the store. */
    record Kept(long entries, long bytes) {}

    Kept kept() {
      long found = 0;
      long length = 0;
      try (RocksIterator iterator = database.newIterator()) {
        for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
          found++;
          length += iterator.value().length;
        }
      }
      return new Kept(found, length);
    }

    Store() throws Exception {
      folder = Files.createTempDirectory("busy-keys");
      database = RocksDB.open(options, folder.toString());
    }

    @Override
    public byte @Nullable [] get(byte[] name) {
      try {
        return database.get(name);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void put(byte[] name, byte[] value) {
      entries++;
      bytes += value.length;
      try {
        database.put(write, name, value);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void remove(byte[] name) {
      try {
        database.delete(write, name);
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() throws Exception {
      database.close();
      write.close();
      options.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
