package io.leat.runtime.http;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings of who may come in by a service's HTTP endpoint. */
public final class AccessOptions {
  @Option(
      names = "--api-keys",
      paramLabel = "FILE",
      description =
          "Who may come in: lines name:sha256, the hash in hex. Without it the endpoint opens on"
              + " loopback alone. Environment: LEAT_API_KEYS.")
  private @Nullable Path apiKeys = path("LEAT_API_KEYS");

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description =
          "Certificate chain, PEM: the endpoint speaks HTTPS. Environment: LEAT_TLS_CERTIFICATE.")
  private @Nullable Path certificate = path("LEAT_TLS_CERTIFICATE");

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key, PKCS#8 PEM without password. Environment: LEAT_TLS_KEY.")
  private @Nullable Path key = path("LEAT_TLS_KEY");

  @Option(
      names = "--open",
      defaultValue = "${env:LEAT_OPEN:-false}",
      description =
          "Opens beyond loopback without API keys, where the network keeps others out. Environment:"
              + " LEAT_OPEN=true.")
  private boolean open;

  /**
   * Reads the API keys.
   *
   * @throws LeatException with one sentence if they cannot be read, or an option lacks its other
   *     half
   */
  public Access access() {
    if ((certificate == null) != (key == null)) {
      throw new LeatException(
          ErrorCode.ACCESS, "--tls-certificate and --tls-key are given together.");
    }
    return new Access(
        Optional.ofNullable(apiKeys).map(ApiKeys::read),
        certificate == null || key == null
            ? Optional.empty()
            : Optional.of(new Access.Tls(certificate, key)),
        open);
  }

  private static @Nullable Path path(String variable) {
    String value = System.getenv(variable);
    return value == null || value.isBlank() ? null : Path.of(value.strip());
  }
}
