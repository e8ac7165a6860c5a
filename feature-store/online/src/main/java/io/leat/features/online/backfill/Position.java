package io.leat.features.online.backfill;

/**
 * Where an event lies on its valid topic.
 *
 * @param partition from 0; negative where it is not known
 * @param offset from 0
 */
public record Position(int partition, long offset) {
  /** That of an event which an older release sent on its way: it lies before every cut. */
  public static final Position UNKNOWN = new Position(-1, -1);
}
