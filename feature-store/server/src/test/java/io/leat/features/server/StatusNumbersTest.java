package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.server.OnlineAnswer.Status;
import io.leat.features.server.feast.FieldStatus;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A status is on the wire what Feast's clients take it for. */
class StatusNumbersTest {
  @Test
  void everyStatusHasFeastsNumber() {
    assertThat(
            Arrays.stream(Status.values())
                .map(status -> status.name() + " " + status.number())
                .collect(Collectors.toList()))
        .containsExactly(
            "INVALID 0", "PRESENT 1", "NULL_VALUE 2", "NOT_FOUND 3", "OUTSIDE_MAX_AGE 4");
    for (Status status : Status.values()) {
      assertThat(FieldStatus.forNumber(status.number()).name()).isEqualTo(status.name());
    }
  }
}
