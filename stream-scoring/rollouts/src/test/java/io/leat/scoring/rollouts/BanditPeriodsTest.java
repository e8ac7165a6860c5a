package io.leat.scoring.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.Rollout;
import io.leat.records.RolloutPeriod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BanditPeriodsTest {
  private static final String MODEL = "fraud";
  private static final Duration PERIOD = Duration.ofHours(1);

  private final BanditPeriods periods = new BanditPeriods();

  private static Rollout rollout(long revision, @Nullable RolloutPeriod period) {
    return new Rollout(
        revision, "test", MODEL, List.of(), "test", Instant.EPOCH, null, null, null, period);
  }

  private OptionalInt begun(Rollout rollout, int minutes) {
    return periods.begun(MODEL, rollout, PERIOD, Duration.ofMinutes(minutes));
  }

  @Test
  void aShareIsLookedAtOnceAPeriod() {
    assertThat(begun(rollout(5, null), 59)).isEmpty();
    assertThat(begun(rollout(5, null), 60)).hasValue(1);

    Rollout another = rollout(6, new RolloutPeriod(5L, 1));
    assertThat(begun(another, 119)).isEmpty();
    assertThat(begun(another, 120)).hasValue(2);
  }

  @Test
  void aShareThatStaysHoldsForAPeriodToo() {
    Rollout first = rollout(5, null);
    periods.stays(MODEL, first, 1);
    assertThat(begun(first, 119)).isEmpty();
    assertThat(begun(first, 120)).hasValue(2);

    assertThat(begun(rollout(7, null), 60)).as("of another stage").hasValue(1);
    assertThat(periods.begun("churn", first, PERIOD, PERIOD)).as("of another model").hasValue(1);
  }
}
