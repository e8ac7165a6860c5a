package io.leat.schemas.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.schemas.backfill.BackfillRecord.Complete;
import io.leat.schemas.backfill.BackfillRecord.Entry;
import io.leat.schemas.backfill.BackfillRecord.Notice;
import io.leat.schemas.backfill.BackfillRecord.State;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class BackfillRecordTest {
  @Test
  void anEntryIsTheStoresOwnBytes() {
    Entry entry = new Entry(17, new byte[] {1, 2}, new byte[] {3});

    ProducerRecord<byte[], byte[]> record = entry.toRecord("topic", 4);

    assertThat(record.partition()).isEqualTo(4);
    assertThat(record.key()).containsExactly(1, 2);
    assertThat(record.value()).containsExactly(3);
    assertThat(read(record)).usingRecursiveComparison().isEqualTo(entry);
  }

  @Test
  void endsAndNoticesAreReadAsTheyWereWritten() {
    for (BackfillRecord one :
        List.of(
            new Complete(17, new LogCut(List.of(5L, 0L, 900L)), 12),
            new Complete(17, LogCut.START, 0),
            new Notice(State.WAITING, 3),
            new Notice(State.LIVE, 0))) {
      assertThat(read(one.toRecord("topic", 0))).isEqualTo(one);
    }
  }

  @Test
  void theEndOfARunIsTextThatStaysReadable() {
    Complete end = new Complete(17, new LogCut(List.of(5L, 0L)), 12);

    assertThat(new String(end.toBytes(), UTF_8)).isEqualTo("12;5,0");
    assertThat(new String(end.header().value(), UTF_8)).isEqualTo("complete 17");
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> BackfillRecord.of(null, new byte[0], new RecordHeaders()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leat.backfill");
  }

  @Test
  void aCutPartsWhatLiesBeforeItFromTheRest() {
    LogCut cut = LogCut.parse("5,0");

    assertThat(cut.isBefore(0, 4)).isTrue();
    assertThat(cut.isBefore(0, 5)).isFalse();
    assertThat(cut.isBefore(1, 0)).isFalse();
    assertThat(cut.isBefore(9, 0)).isFalse();
    assertThat(cut.isBefore(-1, -1)).isTrue();
    assertThat(LogCut.parse(cut.toString())).isEqualTo(cut);
    assertThatThrownBy(() -> new LogCut(List.of(-1L))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aViewWaitsUntilEveryPartitionSaysThatItIsLive() {
    assertThat(new BackfillStatus(0, Map.of()).isWaiting()).isTrue();
    assertThat(new BackfillStatus(2, Map.of(0, State.LIVE)).isWaiting()).isTrue();
    assertThat(new BackfillStatus(2, Map.of(0, State.LIVE, 1, State.WAITING)).isWaiting()).isTrue();
    assertThat(new BackfillStatus(2, Map.of(0, State.LIVE, 1, State.LIVE)).isWaiting()).isFalse();
  }

  private static BackfillRecord read(ProducerRecord<byte[], byte[]> record) {
    return BackfillRecord.of(record.key(), record.value(), record.headers());
  }
}
