package io.leat.features.server;

import io.leat.runtime.access.Access;
import java.util.OptionalInt;

/**
 * How a feature server is opened.
 *
 * @param access who may read, and over which protocol
 * @param pagePort second port that the server answers on: Feast's, 6566, is one of those that
 *     browsers refuse (WHATWG Fetch, "bad port"); empty for none
 */
public record ServerSettings(Limits limits, Access access, OptionalInt pagePort) {
  /** Settings without a second port. */
  public ServerSettings(Limits limits, Access access) {
    this(limits, access, OptionalInt.empty());
  }

  /** For this machine alone, in clear. */
  public static final ServerSettings LOCAL = new ServerSettings(Limits.DEFAULT, Access.LOCAL);
}
