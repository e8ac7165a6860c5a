package io.leat.features.server;

import io.leat.common.LeatException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.access.AccessOptions;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.time.Duration;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of a feature server, by flag or by environment. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class ServerOptions {
  private static final long MEBIBYTE = 1L << 20;

  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Setting(least = "1", most = "1024")
  @Option(
      names = "--max-request-mb",
      paramLabel = "N",
      defaultValue = "1",
      description = "Largest request body, MiB.")
  private long maxRequest;

  @Setting(least = "1")
  @Option(
      names = "--max-rows",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most rows of one request.")
  private int maxRows;

  @Setting(least = "1")
  @Option(
      names = "--max-values",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Most values of one answer, rows times features.")
  private int maxValues;

  @Setting(least = "1")
  @Option(
      names = "--max-concurrent",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most requests that are read at once; beyond it the answer is 429.")
  private int maxConcurrent;

  @Setting(least = "1ms")
  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "How long a request may take; then the answer is 503.")
  private Duration timeout = Duration.ofSeconds(10);

  @Setting(least = "0ms")
  @Option(
      names = "--drain",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "5s",
      description =
          "How long requests are still answered after the server was told to stop and says that it is not ready.")
  private Duration drain = Duration.ofSeconds(5);

  @Setting(least = "0", most = "65535")
  @Option(
      names = "--page-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "Second port to answer on, for browsers: they refuse 6566. 0 for none; leat up takes 7075.")
  private int pagePort;

  /** The settings that every service takes. */
  public JobOptions job() {
    return job;
  }

  /**
   * How the server is opened.
   *
   * @throws LeatException with one sentence if the API keys cannot be read, or an option lacks its
   *     other half
   * @throws IllegalArgumentException with one sentence if a limit is none
   */
  public ServerSettings settings() {
    return new ServerSettings(
        new Limits(maxRequest * MEBIBYTE, maxRows, maxValues, maxConcurrent, timeout, drain),
        access.access(),
        pagePort == 0 ? OptionalInt.empty() : OptionalInt.of(pagePort));
  }
}
