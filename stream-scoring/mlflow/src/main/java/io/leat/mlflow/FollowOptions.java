package io.leat.mlflow;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.artifact.S3Files;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import io.leat.schemas.OwnerOnly;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Which MLflow server is followed. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class FollowOptions {
  private static final Logger log = LoggerFactory.getLogger(FollowOptions.class);

  @Setting
  @Option(
      names = "--follow",
      paramLabel = "URL",
      description =
          "An MLflow server with a registry: the version that --follow-alias means there, of a model that the pipeline declares, is published here.")
  private @Nullable String follow;

  @Setting
  @Option(
      names = "--follow-alias",
      paramLabel = "NAME",
      defaultValue = "champion",
      description = "The alias, in that registry.")
  private String alias = "champion";

  @Setting(least = "1s")
  @Option(
      names = "--follow-every",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "30s",
      description = "How often it is asked; a webhook makes it be asked at once.")
  private Duration every = Duration.ofSeconds(30);

  @Setting
  @Option(
      names = "--follow-key",
      paramLabel = "FILE",
      description = "Token for it, alone in a file that nobody but its owner can read.")
  private @Nullable Path key;

  @Setting
  @Option(
      names = "--follow-files",
      paramLabel = "ADDRESS",
      description =
          "s3://bucket/prefix below which its versions' files may lie, where it does not hand them out itself.")
  private @Nullable String files;

  @Setting
  @Option(
      names = "--webhook-secret",
      paramLabel = "FILE",
      description =
          "Secret of its webhooks, alone in a file that nobody but its owner can read; without it there are none.")
  private @Nullable Path secret;

  /**
   * Address of the server that is followed; empty where none is.
   *
   * @throws LeatException if it is no address of HTTP
   */
  public Optional<URI> follow() {
    if (follow == null) {
      return Optional.empty();
    }
    try {
      URI address = new URI(follow.replaceFirst("/+$", ""));
      if (follow.matches("https?://[^\\s?#@]+") && address.getHost() != null) {
        return Optional.of(address);
      }
    } catch (URISyntaxException e) {
      log.debug("no address", e);
    }
    throw new LeatException(
        ErrorCode.SETTING,
        "--follow is no address of a server; expected one such as http://mlflow:5000, without user and password: a token goes into the file of --follow-key.");
  }

  /** The alias, in that registry. */
  public String alias() {
    return alias;
  }

  /** How often it is asked. */
  public Duration every() {
    return every;
  }

  /**
   * Where its versions' files may lie beside the server; empty where all come from it.
   *
   * @throws LeatException if it is no address of a bucket
   */
  Optional<S3Files> files() {
    if (files != null && !S3Files.isAddress(files)) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--follow-files is '%s'; expected an address such as s3://bucket/prefix."
              .formatted(files));
    }
    return Optional.ofNullable(files).map(S3Files::at);
  }

  /** Whether a token for it is named. */
  public boolean hasKey() {
    return key != null;
  }

  /** Whether a bucket is named where files may lie. */
  public boolean hasFiles() {
    return files != null;
  }

  /** Whether a secret of its webhooks is named. */
  public boolean hasSecret() {
    return secret != null;
  }

  /**
   * The token for it, if it wants one.
   *
   * @throws LeatException if the file cannot be read, or others than its owner can
   */
  Optional<String> key() {
    return Optional.ofNullable(key).map(FollowOptions::read);
  }

  /**
   * The secret of its webhooks, if there are any.
   *
   * @throws LeatException if the file cannot be read, or others than its owner can
   */
  Optional<String> secret() {
    return Optional.ofNullable(secret).map(FollowOptions::read);
  }

  private static String read(Path file) {
    OwnerOnly.problem(file)
        .ifPresent(
            problem -> {
              throw new LeatException(ErrorCode.ACCESS, problem);
            });
    try {
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        throw new LeatException(ErrorCode.ACCESS, "The file %s is empty.".formatted(file));
      }
      return text;
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.ACCESS,
          "The secret in %s cannot be read (%s).".formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }
}
