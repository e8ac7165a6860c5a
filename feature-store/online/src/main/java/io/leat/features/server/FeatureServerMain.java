package io.leat.features.server;

import io.leat.features.server.FeatureServer.Limits;
import io.leat.pipeline.PipelineException;
import io.leat.runtime.JobOptions;
import io.leat.runtime.RunningService;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a feature server as a process of its own until it is told to stop. */
@Command(
    name = "feature-server",
    mixinStandardHelpOptions = true,
    description = "Answers POST /get-online-features out of committed state.")
public final class FeatureServerMain implements Callable<Integer> {
  private static final long MEBIBYTE = 1L << 20;

  @Mixin private JobOptions options = new JobOptions();

  @Option(
      names = "--max-request-mb",
      paramLabel = "N",
      defaultValue = "${env:LEAT_MAX_REQUEST_MB:-1}",
      description =
          "Largest request body, MiB. Environment: LEAT_MAX_REQUEST_MB. Default: ${DEFAULT-VALUE}.")
  private long maxRequest;

  @Option(
      names = "--rocksdb-memory-mb",
      paramLabel = "N",
      defaultValue = "${env:LEAT_ROCKSDB_MEMORY_MB:-128}",
      description =
          "Native memory for the state, MiB. Environment: LEAT_ROCKSDB_MEMORY_MB. Default:"
              + " ${DEFAULT-VALUE}.")
  private long memory;

  private FeatureServerMain() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FeatureServerMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    FeatureServer server;
    try {
      server = FeatureServer.start(options, new Limits(maxRequest * MEBIBYTE, memory * MEBIBYTE));
    } catch (PipelineException e) {
      System.err.println(e.getMessage());
      return 2;
    } catch (IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
      System.err.println(e.getMessage());
      return 1;
    }
    return RunningService.await(server, "feature-server");
  }
}
