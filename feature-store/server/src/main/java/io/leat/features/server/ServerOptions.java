package io.leat.features.server;

import io.leat.common.LeatException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.http.AccessOptions;
import io.leat.runtime.options.DurationConverter;
import java.time.Duration;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of a feature server, by flag or by environment. */
public final class ServerOptions {
  private static final long MEBIBYTE = 1L << 20;

  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Option(
      names = "--max-request-mb",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_REQUEST_MB:-1}",
      description =
          "Largest request body, MiB. Environment: LEAT_MAX_REQUEST_MB. Default: ${DEFAULT-VALUE}.")
  private long maxRequest;

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_ROWS:-1000}",
      description =
          "Most rows of one request. Environment: LEAT_MAX_ROWS. Default: ${DEFAULT-VALUE}.")
  private int maxRows;

  @Option(
      names = "--max-values",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_VALUES:-100000}",
      description =
          "Most values of one answer, rows times features. Environment: LEAT_MAX_VALUES. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxValues;

  @Option(
      names = "--max-concurrent",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_CONCURRENT:-256}",
      description =
          "Most requests that are read at once; beyond it the answer is 429. Environment:"
              + " LEAT_MAX_CONCURRENT. Default: ${DEFAULT-VALUE}.")
  private int maxConcurrent;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_TIMEOUT:-10s}",
      description =
          "How long a request may take; then the answer is 503. Environment: LEAT_TIMEOUT."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofSeconds(10);

  @Option(
      names = "--drain",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_DRAIN:-5s}",
      description =
          "How long requests are still answered after the server was told to stop and says that"
              + " it is not ready. Environment: LEAT_DRAIN. Default: ${DEFAULT-VALUE}.")
  private Duration drain = Duration.ofSeconds(5);

  @Option(
      names = "--page-port",
      paramLabel = "PORT",
      defaultValue = "${env:LEAT_PAGE_PORT:-0}",
      description =
          "Second port to answer on, for browsers: they refuse 6566. 0 for none. Environment:"
              + " LEAT_PAGE_PORT. Default: ${DEFAULT-VALUE}.")
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
