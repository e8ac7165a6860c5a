package io.leat.scoring.server;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.AccessOptions;
import io.leat.runtime.access.RequestOptions;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import io.leat.schemas.OwnerOnly;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of a scoring server, by flag or by environment. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class ScoringServerOptions {
  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Mixin private RequestOptions requests = new RequestOptions();

  @Setting
  @Option(
      names = "--feature-server",
      paramLabel = "URL",
      defaultValue = "http://localhost:6566",
      description = "Where the feature server answers, which POST /score asks for features.")
  private String featureServer = "http://localhost:6566";

  @Setting
  @Option(
      names = "--feature-server-key",
      paramLabel = "FILE",
      description =
          "API key for the feature server, alone in a file that nobody but its owner can read.")
  private @Nullable Path featureServerKey;

  /** The settings that every service takes. */
  public JobOptions job() {
    return job;
  }

  /** How much is taken on. */
  RequestOptions requests() {
    return requests;
  }

  /** Who may have something scored, and over which protocol. */
  Access access() {
    return access.access();
  }

  /**
   * Where the feature server answers.
   *
   * @throws LeatException if it is no address of HTTP
   */
  URI featureServer() {
    if (!featureServer.matches("https?://[^/\\s]+/?")) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--feature-server is '%s'; expected an address such as http://features:6566."
              .formatted(featureServer));
    }
    return URI.create(featureServer);
  }

  /** Whether a key for the feature server is named. */
  public boolean hasFeatureServerKey() {
    return featureServerKey != null;
  }

  /**
   * The key for the feature server, if it wants one.
   *
   * @throws LeatException if the file cannot be read, or others than its owner can
   */
  Optional<String> featureServerKey() {
    if (featureServerKey == null) {
      return Optional.empty();
    }
    Optional<String> problem = OwnerOnly.problem(featureServerKey);
    if (problem.isPresent()) {
      throw new LeatException(ErrorCode.ACCESS, problem.get());
    }
    try {
      return Optional.of(Files.readString(featureServerKey).strip());
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.ACCESS,
          "The key in %s cannot be read (%s)."
              .formatted(featureServerKey, e.getClass().getSimpleName()),
          e);
    }
  }
}
