package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Real stores whose files are damaged on the disk. */
class DamagedStoresTest {
  private static final String APPLICATION = "shop-features";

  @TempDir private Path state;

  @ParameterizedTest
  @ValueSource(strings = {"MANIFEST-", "CURRENT", ".sst"})
  void damageIsFoundAndTheTasksStoresAreDeletedAlone(String file) throws IOException {
    Path other = Files.createDirectories(state.resolve(APPLICATION).resolve("0_1/rocksdb"));
    put(2_000);
    damage(file);

    Throwable failure = catchThrowable(() -> put(2_000));

    DamagedStores damage = DamagedStores.of(failure).orElseThrow();
    assertThat(damage.task()).contains(new TaskId(0, 0));
    assertThat(damage.message()).containsAnyOf(state.toString(), file);
    assertThat(damage.delete(state.resolve(APPLICATION)))
        .containsExactly(state.resolve(APPLICATION).resolve("0_0"));
    assertThat(other).isDirectory();
    put(10);
  }

  @Test
  void whereTheTaskIsNotKnownAllStoresOfTheApplicationAreDeleted() throws IOException {
    Path application = state.resolve(APPLICATION);
    for (String folder : List.of("0_0", "0_1", "1_0", "not-a-task")) {
      Files.createDirectories(application.resolve(folder));
    }

    new DamagedStores(Optional.empty(), "Corruption").delete(application);

    try (Stream<Path> left = Files.list(application)) {
      assertThat(left).containsExactly(application.resolve("not-a-task"));
    }
  }

  @Test
  void anotherFailureIsNoDamage() {
    assertThat(DamagedStores.of(new IllegalStateException(new IOException("disk full")))).isEmpty();
  }

  /** Puts values and gets them again, in a store that lies where Kafka Streams has it. */
  private void put(int values) throws IOException {
    Path store = state.resolve(APPLICATION).resolve("0_0/rocksdb/values");
    Files.createDirectories(store);
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB database = RocksDB.open(options, store.toString())) {
      for (int i = 0; i < values; i++) {
        byte[] key = Integer.toString(i).getBytes(UTF_8);
        database.get(key);
        database.put(key, new byte[100]);
      }
      database.flush(new FlushOptions());
    } catch (RocksDBException e) { // as Kafka Streams words it
      throw new StreamsException(
          new ProcessorStateException("Error opening store values at location " + store, e));
    }
  }

  /** Overwrites the middle of the files that are named so. */
  private void damage(String name) throws IOException {
    try (Stream<Path> files = Files.walk(state)) {
      List<Path> found =
          files
              .filter(Files::isRegularFile)
              .filter(file -> file.getFileName().toString().contains(name))
              .toList();
      assertThat(found).isNotEmpty();
      for (Path file : found) {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length / 4, bytes.length * 3 / 4, (byte) 0x5a);
        Files.write(file, bytes);
      }
    }
  }
}
