package io.leat.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessLineTest {
  @Test
  void everyLineIsReadBackAsItWasSaid() {
    List<ProcessLine> lines =
        List.of(
            new ProcessLine.Progress(7, 1_000_000_000_000L),
            new ProcessLine.Problem(
                "services/fraud.yaml:9: no feature\nservices/fraud.yaml:10: no"),
            new ProcessLine.Text("progress 7 8"),
            new ProcessLine.Text(""));

    for (ProcessLine line : lines) {
      assertThat(line.toString()).doesNotContain("\n");
      assertThat(ProcessLine.parse(line.toString())).isEqualTo(line);
    }
  }
}
