package io.leat.features.online.backfill;

import io.leat.features.online.backfill.BackfillState.Phase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What a view with {@code backfill: true} asks before it folds an event or gives values. One
 * stage's; {@link BackfillProcessor} of the same task opens it, through the store.
 */
public final class BackfillGate {
  private static final long NONE_YET = -1;

  private final BackfillStore store;
  private final Counter kept;
  private final Counter passedOver;

  /** Once the view has its values; from then on it does not change. */
  private @Nullable BackfillState live;

  private long nextNumber = NONE_YET;

  /**
   * @param view tags that name the view and its version
   * @param store the view's store
   */
  public BackfillGate(Tags view, KeyValueStore<Bytes, byte[]> store, MeterRegistry metrics) {
    this.store = new BackfillStore(store);
    this.kept = metrics.counter("leat.features.backfill.kept", view);
    this.passedOver = metrics.counter("leat.features.backfill.passed.over", view);
  }

  /** Whether the view has its values. */
  public boolean isOpen() {
    if (live == null) {
      BackfillState state = store.state();
      live = state.phase() == Phase.LIVE ? state : null;
    }
    return live != null;
  }

  /** Whether an open view has the event already, and is not to fold it again. */
  public boolean has(Position event) {
    boolean has = live != null && live.cut().isBefore(event.partition(), event.offset());
    if (has) {
      passedOver.increment();
    }
    return has;
  }

  /** Keeps an event of a view that does not have its values yet. */
  public void keep(KeptEvent event) {
    if (nextNumber == NONE_YET) {
      nextNumber = store.nextNumber();
    }
    store.keep(nextNumber++, event);
    kept.increment();
  }
}
