package io.leat.features.server;

import io.leat.benchmarks.CpuClock;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.StateStores;
import io.leat.features.server.CommittedState.Change;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * One entity of one view, in process: the bytes alone, as RocksDB gives them, and the view's ten
 * features, evaluated now. Both out of the same files with the same settings, keys at random.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OnlineReadBenchmark {
  private static final int BATCH = 10_000;
  private static final long MEMORY = 128L << 20;

  /** Events of a key. */
  @Param({"3", "10", "30"})
  public int events;

  /** Keys of the view; more of them than fit into the memory that is given. */
  @Param({"100000", "2000000"})
  public int keys;

  private @Nullable Path folder;
  private @Nullable CommittedState state;
  private @Nullable ServedView view;
  private byte[][] lookups = {};
  private long now;
  private int next;

  @Setup
  public void fill() throws IOException, PipelineException {
    Pipeline pipeline = PipelineReader.read(Path.of("benchmarks/pipelines/features"));
    FeatureView definition = pipeline.views().get(0);
    Path made = Files.createTempDirectory("online-read");
    CommittedState opened = new CommittedState(made, List.of(StateStores.name(definition)), MEMORY);
    PaymentStates states = new PaymentStates(definition, pipeline.contracts().get(0));
    now = System.currentTimeMillis();
    List<Change> changes = new ArrayList<>();
    for (int key = 0; key < keys; key++) {
      String name = "customer-" + key;
      changes.add(
          new Change(
              StateStores.name(definition),
              EntityKeys.bytes(name),
              states.state(name, events, now)));
      if (changes.size() == BATCH || key == keys - 1) {
        opened.apply(changes, List.of());
        changes.clear();
      }
    }
    Random random = new Random(7);
    lookups =
        Stream.generate(() -> EntityKeys.bytes("customer-" + random.nextInt(keys)))
            .limit(1 << 16)
            .toArray(byte[][]::new);
    folder = made;
    state = opened;
    view = new Catalog(pipeline).views().get(0);
  }

  @TearDown
  public void clear() throws IOException {
    Objects.requireNonNull(state).close();
    try (Stream<Path> files = Files.walk(Objects.requireNonNull(folder))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** RocksDB's part alone. */
  @State(Scope.Benchmark)
  public static class Bare {
    private @Nullable RocksDB database;
    private @Nullable ColumnFamilyHandle store;

    @Setup
    public void open(OnlineReadBenchmark of) {
      StateFiles files = Objects.requireNonNull(of.state).files();
      database = files.database();
      store = files.store(Objects.requireNonNull(of.view).store());
    }
  }

  @Benchmark
  public byte[] get(Bare bare, CpuClock clock) throws RocksDBException {
    clock.events++;
    return Objects.requireNonNull(bare.database).get(bare.store, key());
  }

  @Benchmark
  public @Nullable Object[] read(CpuClock clock) {
    clock.events++;
    try (CommittedState.View committed =
        Objects.requireNonNull(state).view(CommittedState.Depth.DISK)) {
      return Objects.requireNonNull(
          ViewReader.read(committed, Objects.requireNonNull(view), List.of(key()), now)
              .values()[0]);
    }
  }

  private byte[] key() {
    next = (next + 1) & (lookups.length - 1);
    return lookups[next];
  }
}
