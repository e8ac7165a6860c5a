package io.leat.drift.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.Segments;
import java.time.Duration;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class WatchTest {
  @Test
  void aMonitorOfAllKindsTravelsWithOperators() throws Exception {
    Monitor monitor =
        new Monitor(
            "m",
            "model",
            Duration.ofDays(1),
            List.of("event.price"),
            List.of(Monitor.SCORE),
            new Segments(List.of(new Segments.Key("country", "", List.of())), 3),
            new PerformanceRule(PerformanceRule.Metric.AUC, 0.1, 0.05),
            List.of("ks"),
            Duration.ZERO,
            10,
            0.1,
            2,
            3,
            3,
            Monitor.Rule.SEQUENTIAL);

    assertThat(InstantiationUtil.clone(new Watch(monitor, new byte[0], 7)).monitor())
        .isEqualTo(monitor);
    assertThat(InstantiationUtil.clone(Given.watch("m", 3)).monitor())
        .isEqualTo(Given.monitor("m"));
  }
}
