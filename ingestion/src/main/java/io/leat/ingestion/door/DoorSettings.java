package io.leat.ingestion.door;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a door is opened.
 *
 * @param keys who may send; empty: everybody who reaches it, which must be this machine alone
 * @param tls certificate and key; empty: in clear
 */
public record DoorSettings(DoorLimits limits, Optional<ApiKeys> keys, Optional<Tls> tls) {
  /** For this machine alone, in clear. */
  public static final DoorSettings LOCAL =
      new DoorSettings(DoorLimits.DEFAULT, Optional.empty(), Optional.empty());

  /**
   * @param certificate X.509 chain, PEM
   * @param key PKCS#8 private key, PEM, without password
   */
  public record Tls(Path certificate, Path key) {}
}
