package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.server.SettledChanges.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SettledChangesTest {
  private static final TopicPartition ONE = new TopicPartition("changelog", 0);
  private static final TopicPartition OTHER = new TopicPartition("changelog", 1);

  private final SettledChanges changes = new SettledChanges(true);

  @Test
  void changesWaitUntilAllThatCouldBeReadHasBeen() {
    changes.add(List.of(record(0, 5), record(0, 6)));
    Map<TopicPartition, Long> readable = Map.of(ONE, 9L, OTHER, 0L);

    assertThat(changes.settle(at(7, 0), () -> readable)).isEmpty();
    assertThat(changes.takenIn(ONE, 7)).isEqualTo(5);

    changes.add(List.of(record(0, 7)));
    Settled settled =
        changes
            .settle(
                at(9, 0),
                () -> {
                  throw new AssertionError("asked already");
                })
            .orElseThrow();
    assertThat(settled.records()).extracting(ConsumerRecord::offset).containsExactly(5L, 6L, 7L);
    assertThat(settled.next()).containsEntry(ONE, 9L).containsEntry(OTHER, 0L);
    assertThat(changes.takenIn(ONE, 9)).isEqualTo(9);
  }

  @Test
  void whatLiesBehindTheEndsWaitsForTheNext() {
    changes.add(List.of(record(0, 5)));
    Map<TopicPartition, Long> readable = Map.of(ONE, 7L, OTHER, 3L);
    assertThat(changes.settle(at(6, 3), () -> readable)).isEmpty();

    changes.add(List.of(record(0, 8), record(1, 3)));
    Settled settled = changes.settle(at(9, 4), () -> readable).orElseThrow();
    assertThat(settled.records()).extracting(ConsumerRecord::offset).containsExactly(5L);
    assertThat(settled.next()).containsEntry(ONE, 7L).containsEntry(OTHER, 3L);
    assertThat(changes.takenIn(ONE, 9)).isEqualTo(8);
    assertThat(changes.takenIn(OTHER, 4)).isEqualTo(3);
  }

  @Test
  void moreThanCanBeHeldIsTakenInAsItComesAndIsReportedApart() {
    int records = 33;
    byte[] megabyte = new byte[1 << 20];
    List<ConsumerRecord<byte[], byte[]>> many = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      many.add(new ConsumerRecord<>("changelog", 0, i, new byte[] {1}, megabyte));
    }
    Map<TopicPartition, Long> readable = Map.of(ONE, 1_000L, OTHER, 0L);
    changes.add(many.subList(0, 31));
    assertThat(changes.settle(at(31, 0), () -> readable)).isEmpty();
    changes.add(many.subList(31, records));

    Settled part = changes.settle(at(records, 0), () -> readable).orElseThrow();
    assertThat(part.records()).hasSize(records);
    assertThat(part.next()).containsEntry(ONE, (long) records);
    assertThat(part.whole()).isFalse();

    Settled rest = changes.settle(at(1_000, 0), () -> readable).orElseThrow();
    assertThat(rest.records()).isEmpty(); // but for the ends of transactions there is nothing more
    assertThat(rest.next()).containsEntry(ONE, 1_000L);
    assertThat(rest.whole()).isTrue();
    assertThat(changes.settle(at(1_000, 0), () -> readable)).isEmpty();
  }

  @Test
  void whoComesBackToTransactionsInPartWaitsUntilItKnowsHowFarTheyGo() {
    SettledChanges back = new SettledChanges(false);
    Map<TopicPartition, Long> unknown = Map.of(ONE, 9L, OTHER, SettledChanges.UNKNOWN);
    assertThat(back.settle(at(9, 4), () -> unknown)).isEmpty();

    Settled settled = back.settle(at(9, 4), () -> Map.of(ONE, 9L, OTHER, 4L)).orElseThrow();
    assertThat(settled.records()).isEmpty();
    assertThat(settled.whole()).isTrue();
  }

  private static ToLongFunction<TopicPartition> at(long one, long other) {
    return partition -> partition.equals(ONE) ? one : other;
  }

  private static ConsumerRecord<byte[], byte[]> record(int partition, long offset) {
    return new ConsumerRecord<>("changelog", partition, offset, new byte[] {1}, new byte[] {2});
  }
}
