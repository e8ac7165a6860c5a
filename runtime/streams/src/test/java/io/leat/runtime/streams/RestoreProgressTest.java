package io.leat.runtime.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RestoreProgressTest {
  private static final TopicPartition ONE = new TopicPartition("changelog", 0);
  private static final TopicPartition OTHER = new TopicPartition("changelog", 1);

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final RestoreProgress progress = new RestoreProgress(metrics, () -> 0);

  @Test
  void tellsHowFarAllPartsAre() {
    progress.onRestoreStart(ONE, "spending-v1", 100, 1_100);
    progress.onRestoreStart(OTHER, "takings-v1", 0, 3_000);
    progress.onBatchRestored(ONE, "spending-v1", 600, 500);

    assertThat(progress.problem())
        .contains("restoring spending-v1, takings-v1: 500 of 4,000 records, 12 %");
    assertThat(metrics.get("leat.state.restore.remaining").gauge().value()).isEqualTo(3_500);
  }

  @Test
  void nothingIsAmissOnceAllIsRestored() {
    progress.onRestoreStart(ONE, "spending-v1", 0, 10);
    progress.onRestoreStart(OTHER, "spending-v1", 5, 5);
    progress.onRestoreEnd(ONE, "spending-v1", 10);

    assertThat(progress.problem()).isEmpty();
    assertThat(metrics.get("leat.state.restore.remaining").gauge().value()).isZero();
  }
}
