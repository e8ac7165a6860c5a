package io.leat.ingestion.gateway;

import io.leat.runtime.access.Access;

/**
 * How a gateway is opened.
 *
 * @param access who may send, and over which protocol
 */
public record GatewaySettings(GatewayLimits limits, Access access) {
  /** For this machine alone, in clear. */
  public static final GatewaySettings LOCAL =
      new GatewaySettings(GatewayLimits.DEFAULT, Access.LOCAL);
}
