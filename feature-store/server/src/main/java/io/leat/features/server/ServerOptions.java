package io.leat.features.server;

import io.leat.common.LeatException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.access.AccessOptions;
import io.leat.runtime.access.RequestOptions;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.Setting;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of a feature server, by flag or by environment. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class ServerOptions {
  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Mixin private RequestOptions requests = new RequestOptions();

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
        new Limits(
            requests.requestBytes(),
            maxRows,
            maxValues,
            requests.concurrent(),
            requests.timeout(),
            requests.drain()),
        access.access(),
        pagePort == 0 ? OptionalInt.empty() : OptionalInt.of(pagePort));
  }
}
