package io.leat.drift.evidence;

import java.util.Locale;

/**
 * Why a budget of false alarms is a theorem for a stream of windows, or that it is none. In order:
 * the later, the weaker.
 */
public enum Guarantee {
  /** The reference's windows show no order: any of them could stand in any place. */
  EXCHANGEABLE,
  /**
   * Windows of one weekday, or hour, show no order among themselves, and are compared with those.
   */
  SEASONAL,
  /** Several windows together show little order, and are evaluated together. */
  MERGED,
  /**
   * The reference is too short to tell, or its windows hang together in a way that nothing mends:
   * nothing is promised, and so what opens is rationed.
   */
  NONE;

  /** As profiles, metrics and alerts have it: {@code exchangeable}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
