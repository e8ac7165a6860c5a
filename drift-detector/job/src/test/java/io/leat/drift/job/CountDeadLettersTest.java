package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.RecordHeaders;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

/** Given dead letters, these parts of windows are handed on. */
class CountDeadLettersTest {
  private final Watch watch = Given.watch("m", 3);
  private final Watch other = Given.watch("n", 3);

  @Test
  void countsByTheTimeThatTheirPartitionsHadComeToAndHandsOnBeforeWatermarksAndCheckpoints()
      throws Exception {
    try (OneInputStreamOperatorTestHarness<KafkaRecord, WindowPart> harness =
        new OneInputStreamOperatorTestHarness<>(new CountDeadLetters(List.of(watch, other)))) {
      harness.open();
      for (String time : List.of("0", "" + (Given.DAY - 1), "" + Given.DAY, "soon", "")) {
        harness.processElement(deadLetter(time), 0);
      }
      assertThat(harness.getOutput()).isEmpty();

      harness.processWatermark(new Watermark(1));

      assertThat(harness.extractOutputValues())
          .extracting(WindowPart::monitor, WindowPart::paneStart, WindowPart::deadLetters)
          .containsExactly(
              tuple("m", 0L, 2L),
              tuple("m", Given.DAY, 1L),
              tuple("n", 0L, 2L),
              tuple("n", Given.DAY, 1L));
      harness.processElement(deadLetter("7"), 0);
      harness.getOperator().prepareSnapshotPreBarrier(1);
      assertThat(harness.extractOutputValues()).hasSize(6);
      harness.processElement(deadLetter("7"), 0);
      harness.getOperator().finish();
      assertThat(harness.extractOutputValues()).hasSize(8);
    }
  }

  private static KafkaRecord deadLetter(String time) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    if (!time.isEmpty()) {
      RecordHeaders.set(headers, RecordHeaders.PARTITION_TIME, time);
    }
    return new KafkaRecord("readings.dlq", 0, 0, 0, headers, null, new byte[] {1});
  }
}
