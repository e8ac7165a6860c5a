package io.leat.features.online.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.schemas.backfill.LogCut;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a partition of a view's store is with its backfill. Its bytes are text, {@code phase run
 * entries cut}, under the name {@link #name()} of the store.
 *
 * @param run the run that is being taken in; 0 where none has been seen
 * @param entries how many of the run's entries have come
 * @param cut behind it lie the events that the run's entries do not hold
 */
public record BackfillState(Phase phase, long run, long entries, LogCut cut) {
  /** What the store does. */
  public enum Phase {
    /** It keeps events aside, and lays a run's entries ready. */
    WAITING,
    /** The run is complete: its entries are put in their places, then kept events are folded. */
    TAKING_IN,
    /** It folds events as they come. */
    LIVE
  }

  private static final byte[] NAME = StoreNames.state();

  /** Nothing has come yet. */
  static final BackfillState WAITING = new BackfillState(Phase.WAITING, 0, 0, LogCut.START);

  /** The name of the store's entry. */
  public static byte[] name() {
    return NAME.clone();
  }

  /** Whether a store's entry under {@link #name()} says that the view has its values. */
  public static boolean isLive(byte @Nullable [] entry) {
    return entry != null && of(entry).phase() == Phase.LIVE;
  }

  byte[] toBytes() {
    return (phase.name().toLowerCase(Locale.ROOT) + " " + run + " " + entries + " " + cut)
        .getBytes(UTF_8);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws LeatException if it is anything else
   */
  static BackfillState of(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    String[] parts = text.split(" ", -1);
    try {
      return new BackfillState(
          Phase.valueOf(parts[0].toUpperCase(Locale.ROOT)),
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          LogCut.parse(parts[3]));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new LeatException(
          ErrorCode.STATE,
          "a store says of its backfill '%s'; expected phase, run, entries and cut: it was written by another release, or is damaged"
              .formatted(text),
          e);
    }
  }
}
