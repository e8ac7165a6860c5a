package io.leat.runtime.access;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The settings of who may come in by a service's HTTP endpoint. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class AccessOptions {
  @Setting
  @Option(
      names = "--api-keys",
      paramLabel = "FILE",
      description =
          "Who may come in: lines name:sha256 or name:sha256:role,role, the hash in hex. Without it the endpoint opens on loopback alone; refused where others than its owner can read it.")
  private @Nullable Path apiKeys;

  @Setting
  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description =
          "Certificate chain, X.509 in PEM: the port speaks HTTPS, health and metrics too.")
  private @Nullable Path certificate;

  @Setting
  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key, PKCS#8 PEM without password.")
  private @Nullable Path key;

  @Setting
  @Option(
      names = "--open",
      defaultValue = "false",
      description = "Opens beyond loopback without API keys, where the network keeps others out.")
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
}
