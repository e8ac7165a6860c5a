package io.leat.scoring.rollouts;

import io.leat.models.registry.RolloutPlans;
import io.leat.records.Rollout;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * When a bandit's share may be another: once a period of its stage, so that each holds for a period
 * at least. The registry says in which period a share was given; that it was to stay as it is, is
 * kept here alone, and forgotten when the service ends. Not thread-safe.
 */
final class BanditPeriods {
  /** Of each model the last period in which the share stayed. */
  private final Map<String, Stay> stays = new HashMap<>();

  /**
   * @param stage the rollout with which the stage began
   */
  private record Stay(long stage, int period) {}

  /**
   * The period of a stage that has begun and in which its share was not looked at yet, from 1;
   * empty where there is none.
   *
   * @param rollout in the stage
   * @param period how long each is
   * @param lasted how long the stage has
   */
  OptionalInt begun(String model, Rollout rollout, Duration period, Duration lasted) {
    int now = (int) (lasted.toMillis() / period.toMillis());
    int given = rollout.getPeriod() == null ? 0 : rollout.getPeriod().getNumber();
    Stay stay = stays.get(model);
    int stayed = stay == null || stay.stage() != RolloutPlans.began(rollout) ? 0 : stay.period();
    return now > Math.max(given, stayed) ? OptionalInt.of(now) : OptionalInt.empty();
  }

  /** Says that the share stays as it is in a period. */
  void stays(String model, Rollout rollout, int period) {
    stays.put(model, new Stay(RolloutPlans.began(rollout), period));
  }
}
