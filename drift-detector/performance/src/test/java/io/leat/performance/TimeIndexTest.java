package io.leat.performance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.testing.soak.Soak;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/** Whatever is added and removed, what is due comes out once and in order, also after a restart. */
class TimeIndexTest {
  private static final byte PREFIX = 1;

  private final KeyValueStore<Bytes, byte[]> store = Stores.inMemoryKeyValueStore("due").get();
  private TimeIndex index = new TimeIndex(store, PREFIX);

  /** What should be in the index, by time. */
  private record Entry(long time, int what) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return time != other.time
          ? Long.compare(time, other.time)
          : Integer.compare(what, other.what);
    }
  }

  private static byte[] bytes(int what) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(what).array();
  }

  private List<Integer> drain(long clock) {
    List<Integer> out = new ArrayList<>();
    index.drain(clock, what -> out.add(ByteBuffer.wrap(what).getInt()));
    return out;
  }

  @Test
  void itIsASetInOrderOfTime() {
    store.put(Bytes.wrap(new byte[] {PREFIX - 1}), new byte[0]);
    store.put(Bytes.wrap(new byte[] {PREFIX + 1}), new byte[0]);
    Random random = new Random(Soak.seed());
    TreeSet<Entry> expected = new TreeSet<>();
    long clock = -5_000;
    for (int step = 0; step < Soak.times(60_000, 2_000_000); step++) {
      switch (random.nextInt(100)) {
        case 0 -> {
          clock += random.nextInt(random.nextInt(8) == 0 ? 30_000 : 40);
          List<Integer> due = new ArrayList<>();
          while (!expected.isEmpty() && expected.first().time() < clock) {
            due.add(expected.pollFirst().what());
          }
          assertThat(drain(clock)).isEqualTo(due);
        }
        case 1 -> {
          if (!expected.isEmpty()) {
            Entry gone = expected.first();
            expected.remove(gone);
            index.remove(gone.time(), bytes(gone.what()));
          }
        }
        case 2 -> {
          if (random.nextInt(20) == 0) {
            index = new TimeIndex(store, PREFIX);
          }
        }
        default -> {
          Entry entry = new Entry(clock + random.nextInt(400_000) - 100, random.nextInt(1_000_000));
          expected.add(entry);
          index.add(entry.time(), bytes(entry.what()));
        }
      }
    }
    assertThat(expected).hasSizeGreaterThan(2 * TimeIndex.MOST);
    assertThat(drain(Long.MAX_VALUE)).isEqualTo(expected.stream().map(Entry::what).toList());
    assertThat(store.approximateNumEntries()).isEqualTo(2);
  }

  @Test
  void whatAnActionAddsIsTakenInItsTurn() {
    index.add(1, bytes(1));
    index.add(3, bytes(3));
    List<Integer> out = new ArrayList<>();
    index.drain(
        10,
        what -> {
          int number = ByteBuffer.wrap(what).getInt();
          out.add(number);
          if (number == 1) {
            index.add(2, bytes(2));
          }
        });
    assertThat(out).containsExactly(1, 2, 3);
  }
}
