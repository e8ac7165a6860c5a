package io.leat.features.server;

import io.leat.pipeline.PipelineException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.RunningService;
import io.leat.runtime.http.AccessOptions;
import io.leat.runtime.options.DurationConverter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a feature server as a process of its own until it is told to stop. */
@Command(
    name = "feature-server",
    mixinStandardHelpOptions = true,
    description = "Answers POST /get-online-features out of committed state.")
public final class FeatureServerMain implements Callable<Integer> {
  private static final long MEBIBYTE = 1L << 20;

  @Mixin private JobOptions options = new JobOptions();

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

  @Spec private CommandSpec spec = CommandSpec.create();

  private FeatureServerMain() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FeatureServerMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    FeatureServer server;
    try {
      server = FeatureServer.start(options, settings());
    } catch (PipelineException e) {
      tell(e);
      return 2;
    } catch (IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
      tell(e);
      return 1;
    }
    int code = RunningService.await(server, "feature-server");
    server.failure().ifPresent(this::tell);
    return code;
  }

  private ServerSettings settings() {
    return new ServerSettings(
        new Limits(maxRequest * MEBIBYTE, maxRows, maxValues, maxConcurrent, timeout, drain),
        access.access());
  }

  private void tell(Throwable problem) {
    spec.commandLine()
        .getErr()
        .println(problem.getMessage() == null ? problem : problem.getMessage());
  }
}
