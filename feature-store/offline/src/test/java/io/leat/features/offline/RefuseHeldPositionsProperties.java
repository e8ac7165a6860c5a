package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.offline.OfflineTableWriter.Arrived;
import io.leat.features.offline.replay.Shops;
import io.leat.runtime.flink.BadRecord;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** The law: a position of a topic stands in its table once, whatever is read again. */
class RefuseHeldPositionsProperties {
  private static final String EVENT = "orders";
  private static final String TABLE = "events_orders";
  private static final long HOUR = 3_600_000;

  private final List<KafkaRecord> passed = new ArrayList<>();
  private final List<BadRecord> refused = new ArrayList<>();

  /**
   * A source that is set back at random, before and after restarts from a checkpoint or from
   * nothing but the table.
   */
  @Property(tries = 20)
  void aPositionIsPassedOnceWhateverTheSourceReadsAgain(@ForAll Random random) throws Exception {
    Path warehouse = Files.createTempDirectory("warehouse");
    try (OfflineTableWriter table = new OfflineTableWriter(warehouse, Shops.PIPELINE)) {
      table.events(EVENT, List.of());
      Set<Tuple.Tuple2<Integer, Long>> rows = new HashSet<>();
      Map<Integer, Long> read = new HashMap<>();
      OperatorSubtaskState state = OperatorSubtaskState.builder().build();
      for (int start = 0; start < 4; start++) {
        passed.clear();
        state = run(warehouse, random.nextBoolean() ? state : null, random, read);
        for (KafkaRecord one : passed) {
          assertThat(rows.add(Tuple.of(one.partition(), one.offset())))
              .as("row of %s", one.position())
              .isTrue();
        }
        table.events(EVENT, passed.stream().map(RefuseHeldPositionsProperties::row).toList());
      }
      read.forEach(
          (partition, end) -> {
            for (long offset = 0; offset < end; offset++) {
              assertThat(rows).contains(Tuple.of(partition, offset));
            }
          });
      assertThat(refused).isEmpty();
    } finally {
      FileUtils.deleteDirectory(warehouse.toFile());
    }
  }

  /** Reads some way on in each of three partitions, from anywhere before. */
  private OperatorSubtaskState run(
      Path warehouse, @Nullable OperatorSubtaskState state, Random random, Map<Integer, Long> read)
      throws Exception {
    try (OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard =
        guard(warehouse, state)) {
      for (int partition = 0; partition < 3; partition++) {
        long reached = read.getOrDefault(partition, 0L);
        long from = random.nextLong(reached + 1);
        long to = reached + random.nextInt(5);
        for (long offset = from; offset < to; offset++) {
          guard.processElement(new StreamRecord<>(record(partition, offset, offset)));
        }
        read.put(partition, Math.max(reached, to));
      }
      return taken(guard);
    }
  }

  @Property(tries = 20)
  void anotherRecordAtAHeldPositionIsADeadLetterAndTheOnesBehindPass(
      @ForAll @IntRange(min = 1, max = 20) int held, @ForAll @IntRange(max = 19) int cut)
      throws Exception {
    Path warehouse = Files.createTempDirectory("warehouse");
    int from = Math.min(cut, held - 1);
    try (OfflineTableWriter table = new OfflineTableWriter(warehouse, Shops.PIPELINE)) {
      List<Arrived> rows = new ArrayList<>();
      for (int offset = 0; offset < held; offset++) {
        rows.add(row(record(0, offset, offset)));
      }
      table.events(EVENT, rows);
      passed.clear();
      refused.clear();

      try (OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard =
          guard(warehouse, null)) {
        for (long offset = from; offset < held + 5; offset++) {
          guard.processElement(new StreamRecord<>(record(0, offset, HOUR + offset)));
        }
        taken(guard);
      }

      assertThat(passed).extracting(KafkaRecord::offset).first().isEqualTo((long) held);
      assertThat(passed).hasSize(5);
      assertThat(refused)
          .hasSize(held - from)
          .allSatisfy(
              bad -> {
                assertThat(bad.reason()).isEqualTo("position_held");
                assertThat(bad.message())
                    .contains("events_orders holds another record at this position")
                    .contains("up to offset " + (held - 1));
              });
    } finally {
      FileUtils.deleteDirectory(warehouse.toFile());
    }
  }

  @Example
  void whatACheckpointHasYetToCommitIsHeldToo() throws Exception {
    Path warehouse = Files.createTempDirectory("warehouse");
    try (OfflineTableWriter table = new OfflineTableWriter(warehouse, Shops.PIPELINE)) {
      table.events(EVENT, List.of());
      OperatorSubtaskState state;
      try (OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard =
          guard(warehouse, null)) {
        guard.processElement(new StreamRecord<>(record(1, 7, 7)));
        state = taken(guard);
      }
      passed.clear();

      try (OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard =
          guard(warehouse, state)) {
        guard.processElement(new StreamRecord<>(record(1, 7, 7)));
        guard.processElement(new StreamRecord<>(record(1, 8, 8)));
        taken(guard);
      }

      assertThat(passed).extracting(KafkaRecord::offset).containsExactly(8L);
    } finally {
      FileUtils.deleteDirectory(warehouse.toFile());
    }
  }

  private OperatorSubtaskState taken(
      OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard) throws Exception {
    passed.addAll(guard.extractOutputValues());
    Queue<StreamRecord<BadRecord>> bad = guard.getSideOutput(DecodeAvro.BAD);
    if (bad != null) {
      bad.forEach(one -> refused.add(one.getValue()));
    }
    return guard.snapshot(1, 1);
  }

  private static OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard(
      Path warehouse, @Nullable OperatorSubtaskState state) throws Exception {
    OfflineCatalog offline =
        OfflineCatalog.of(warehouse.toString(), Map.of(), Shops.PIPELINE.name());
    OneInputStreamOperatorTestHarness<KafkaRecord, KafkaRecord> guard =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(
                new RefuseHeldPositions(TABLE, offline.loader(offline.identifier(TABLE)))));
    if (state != null) {
      guard.initializeState(state);
    }
    guard.open();
    return guard;
  }

  private static KafkaRecord record(int partition, long offset, long appendedAt) {
    return new KafkaRecord(
        Topics.valid(EVENT), partition, offset, appendedAt, new RecordHeaders(), null, null);
  }

  private static Arrived row(KafkaRecord record) {
    return new Arrived(
        new Shops.Order(record.position(), Shops.FIRST, "c", 1, 1.0, "WEB").event(),
        record.partition(),
        record.offset(),
        record.appendedAt());
  }
}
