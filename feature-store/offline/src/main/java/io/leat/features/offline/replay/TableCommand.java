package io.leat.features.offline.replay;

import io.leat.common.LeatException;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.StorageFailure;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.flink.LocalBatch;
import io.leat.runtime.flink.LocalBatch.BatchFailedException;
import io.leat.runtime.settings.BatchOptions;
import io.leat.runtime.settings.ProcessLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command over the offline tables, in the process that the command line starts for it. Says how
 * far it is and what it has to say as {@link ProcessLine}s on standard output. Exit codes: what the
 * command gives, 1 where it failed, 2 for wrong arguments or a wrong pipeline.
 *
 * @param <O> what it takes
 */
public abstract class TableCommand<O extends BatchOptions> {
  private static final Logger log = LoggerFactory.getLogger(TableCommand.class);
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;

  private final String name;
  private final O options;

  /**
   * @param name the command's name
   * @param options filled when it is run
   */
  protected TableCommand(String name, O options) {
    this.name = name;
    this.options = options;
  }

  /**
   * Does the work.
   *
   * @return the exit code
   */
  protected abstract int run(O options, PipelineReference reference, OfflineCatalog catalog)
      throws IOException, InterruptedException;

  /** Body of the command's {@code main}: the exit code. */
  public final int execute(String... arguments) {
    CommandLine line = new CommandLine(CommandSpec.create().name(name));
    line.addMixin("options", options);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(parsed -> run());
    return line.execute(arguments);
  }

  private int run() {
    try {
      Path folder = options.pipelineFolder();
      requireWarehouse();
      Pipeline pipeline = PipelineReader.readBeforeTraining(folder);
      return run(
          options,
          PipelineReference.of(folder, pipeline),
          OfflineCatalog.of(options.warehouse(), options.catalogProperties(), pipeline.name()));
    } catch (PipelineException e) {
      return tell(e, WRONG_INPUT);
    } catch (LeatException e) {
      return tell(e, FAILED);
    } catch (BatchFailedException e) {
      return e.root() instanceof LeatException reported ? tell(reported, FAILED) : fail(e);
    } catch (IOException | UncheckedIOException e) {
      return fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(e);
    } catch (RuntimeException e) {
      log.error("{} failed", name, e);
      return tell(
          StorageFailure.sentence(e, options.warehouse())
              .<Exception>map(IllegalStateException::new)
              .orElse(e),
          FAILED);
    }
  }

  /** The job makes the warehouse's folder; who only reads is told that there is none. */
  private void requireWarehouse() {
    String warehouse = options.warehouse();
    if (options.catalogProperties().isEmpty()
        && !warehouse.contains("://")
        && !Files.isDirectory(Path.of(warehouse))) {
      throw new OfflineException(
          "There is no warehouse %s. Name the folder that the job 'offline' writes to with --warehouse, or its stack's with --dir."
              .formatted(warehouse));
    }
  }

  private int fail(Exception problem) {
    log.error("{} failed", name, problem);
    return tell(problem, FAILED);
  }

  private static int tell(Exception problem, int code) {
    log.debug("a problem is told", problem);
    System.out.println(new ProcessLine.Problem(String.valueOf(problem.getMessage())));
    return code;
  }

  /** Says one line of what the command prints. */
  protected static void say(String text, @Nullable Object... values) {
    System.out.println(text.formatted(values));
  }

  /**
   * Runs a graph, and says how far it is.
   *
   * @param expectedSteps about how many {@link Progress} steps it takes, asked once it is built
   * @return the job's accumulators
   */
  protected final Map<String, Object> runGraph(
      Consumer<StreamExecutionEnvironment> build, LongSupplier expectedSteps)
      throws InterruptedException {
    Path scratch =
        options
            .folder()
            .resolve("tmp")
            .resolve(name + "-" + ProcessHandle.current().pid())
            .toAbsolutePath();
    return LocalBatch.run(
        name,
        options.parallelism(),
        scratch,
        build,
        accumulators ->
            System.out.println(
                new ProcessLine.Progress(Progress.done(accumulators), expectedSteps.getAsLong())));
  }
}
