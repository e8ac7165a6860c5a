package io.leat.ingestion.door;

import io.leat.runtime.http.Access;

/**
 * How a door is opened.
 *
 * @param access who may send, and over which protocol
 */
public record DoorSettings(DoorLimits limits, Access access) {
  /** For this machine alone, in clear. */
  public static final DoorSettings LOCAL = new DoorSettings(DoorLimits.DEFAULT, Access.LOCAL);
}
