package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.online.backfill.BackfillState;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.backfill.BackfillRecord.Complete;
import io.leat.schemas.backfill.BackfillRecord.Notice;
import io.leat.schemas.backfill.BackfillRecord.State;
import io.leat.schemas.backfill.LogCut;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view waits, takes its backfill in, and goes on. */
class BackfillTest {
  private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();

  @TempDir private Path folder;
  private BackfilledShop shop;
  private final List<GenericRecord> paid = new ArrayList<>();

  @BeforeEach
  void open() {
    shop = new BackfilledShop(folder);
  }

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void aWaitingViewHasNoValuesAndSaysSoAndOtherViewsGoOn() {
    pay("alice", 10);
    pay("alice", 20);

    TestRecord<byte[], byte[]> second = shop.vectors().get(1);
    assertThat(shop.decode(second).getValues()).isEqualTo(Arrays.asList(null, null, 2L));
    assertThat(shop.decode(second).getNullReasons())
        .isEqualTo(
            ByteBuffer.wrap(new byte[] {NullReason.NOT_YET.code(), NullReason.NOT_YET.code()}));
    assertThat(header(second.headers(), RecordHeaders.NOT_YET)).isEqualTo("spending");
    assertThat(header(second.headers(), RecordHeaders.LATE_FOR)).isEmpty();
    assertThat(shop.stored("alice", NOON)).containsExactly(0L, NullReason.NO_EVENT);
    assertThat(figure("leat.features.backfill.kept")).isEqualTo(2);
    assertThat(shop.metrics.get("leat.features.backfill.waiting").gauge().value()).isEqualTo(1);
  }

  @Test
  void withTheBackfillItGoesLiveAndCountsEachEventOnce() {
    pay("alice", 1); // before the cut: in the backfill
    pay("bob", 2);
    pay("alice", 4); // behind it: kept aside, then folded

    shop.backfill(1, paid.subList(0, 2), 2, true);
    shop.settle();
    pay("alice", 8);

    List<TestRecord<byte[], byte[]>> vectors = shop.vectors();
    TestRecord<byte[], byte[]> last = vectors.get(vectors.size() - 1);
    assertThat(shop.decode(last).getValues()).isEqualTo(Arrays.asList(3L, 13.0, 4L));
    assertThat(header(last.headers(), RecordHeaders.NOT_YET)).isEmpty();
    assertThat(shop.stored("bob", NOON + 10)).containsExactly(1L, 2.0);
    assertThat(shop.metrics.get("leat.features.backfill.waiting").gauge().value()).isZero();
  }

  @Test
  void nothingButStatesAndHowFarItIsStaysInTheStore() {
    pay("alice", 1);
    shop.backfill(1, paid, 1, true);
    shop.settle();

    List<byte[]> names = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = shop.store().all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        names.add(entry.key.get());
      }
    }
    assertThat(names).containsExactly("alice".getBytes(UTF_8), BackfillState.name());
  }

  @Test
  void anEventThatTheBackfillHasAlreadyIsPassedOverWhenItComes() {
    GenericRecord ahead = Shop.payment("p0", NOON, "alice", "t1", 5);

    shop.backfill(1, List.of(ahead), 1, true);
    shop.settle();
    shop.pay(ahead);

    assertThat(shop.stored("alice", NOON)).containsExactly(1L, 5.0);
    assertThat(figure("leat.features.backfill.passed.over")).isEqualTo(1);
  }

  @Test
  void aRunThatDiedIsPassedOverAndTheNextOneTakesItsPlace() {
    GenericRecord never = Shop.payment("never", NOON, "nobody", "t1", 5);
    pay("alice", 1);

    shop.backfill(1, List.of(never), 1, false);
    shop.settle();
    assertThat(isLive()).isFalse();
    shop.backfill(2, paid, 1, true);
    shop.backfill(1, List.of(never), 1, true);
    shop.settle();

    assertThat(isLive()).isTrue();
    assertThat(shop.stored("alice", NOON)).containsExactly(1L, 1.0);
    assertThat(shop.stored("nobody", NOON)).containsExactly(0L, NullReason.NO_EVENT);
  }

  @Test
  void aSecondRunBehindTheFirstChangesNothing() {
    pay("alice", 1);

    shop.backfill(1, paid, 1, true);
    shop.settle();
    shop.backfill(2, List.of(Shop.payment("x", NOON, "alice", "t1", 100)), 5, true);
    shop.settle();

    assertThat(shop.stored("alice", NOON)).containsExactly(1L, 1.0);
  }

  @Test
  void aRunThatLacksEntriesIsNotTakenIn() {
    shop.pipe(new Complete(1, LogCut.START, 7));
    shop.settle();

    assertThat(isLive()).isFalse();
  }

  @Test
  void aBackfillOverNothingMakesTheViewLiveToo() {
    shop.backfill(1, List.of(), 0, true);
    shop.settle();
    pay("alice", 3);

    assertThat(shop.stored("alice", NOON)).containsExactly(1L, 3.0);
  }

  @Test
  void theStoreSaysInTheTopicWhatItIsAt() {
    shop.step();
    assertThat(shop.notices()).containsExactly(new Notice(State.WAITING, 0));

    shop.backfill(1, List.of(), 0, true);
    shop.settle();
    assertThat(shop.notices()).containsExactly(new Notice(State.LIVE, 0));
  }

  private void pay(String customer, double amount) {
    GenericRecord payment = Shop.payment("p" + paid.size(), NOON, customer, "t1", amount);
    paid.add(payment);
    shop.pay(payment);
  }

  private boolean isLive() {
    return BackfillState.isLive(shop.store().get(Bytes.wrap(BackfillState.name())));
  }

  private double figure(String counter) {
    return shop.metrics.get(counter).tag("view", "spending").counter().count();
  }

  private static String header(Headers headers, String name) {
    return RecordHeaders.get(headers, name).orElse("");
  }
}
