package io.leat.features.server;

import io.leat.runtime.http.Access;

/**
 * How a feature server is opened.
 *
 * @param access who may read, and over which protocol
 */
public record ServerSettings(Limits limits, Access access) {
  /** For this machine alone, in clear. */
  public static final ServerSettings LOCAL = new ServerSettings(Limits.DEFAULT, Access.LOCAL);
}
