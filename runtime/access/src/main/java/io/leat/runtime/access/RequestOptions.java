package io.leat.runtime.access;

import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The settings of how much a server that answers requests takes on. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class RequestOptions {
  private static final long MEBIBYTE = 1L << 20;

  @Setting(least = "1", most = "1024")
  @Option(
      names = "--max-request-mb",
      paramLabel = "N",
      defaultValue = "1",
      description = "Largest request body, MiB.")
  private long maxRequest = 1;

  @Setting(least = "1")
  @Option(
      names = "--max-concurrent",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most requests that are read at once; beyond it the answer is 429.")
  private int maxConcurrent = 256;

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

  /** The largest body that is read. */
  public long requestBytes() {
    return maxRequest * MEBIBYTE;
  }

  /** The most requests that are answered at once. */
  public int concurrent() {
    return maxConcurrent;
  }

  /** How long a request may take from its first byte to its answer. */
  public Duration timeout() {
    return timeout;
  }

  /** How long the port stays open after the server was told to stop. */
  public Duration drain() {
    return drain;
  }
}
