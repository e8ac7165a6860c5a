package io.leat.features.offline.maintenance;

import io.leat.common.LeatException;
import io.leat.features.offline.OfflineCatalog;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.settings.MaintenanceOptions;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The maintenance of a pipeline's offline tables, as a process: once, or again and again. Says what
 * it did on standard output. Exit codes: 0 done, 1 not or not all of it, 2 wrong arguments or a
 * wrong pipeline.
 */
@Command(name = "maintain", mixinStandardHelpOptions = true)
public final class MaintenanceMain implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(MaintenanceMain.class);

  @Mixin private MaintenanceOptions options = new MaintenanceOptions();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new MaintenanceMain()).execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      Pipeline pipeline = PipelineReader.readBeforeTraining(options.pipelineFolder());
      Maintenance maintenance =
          new Maintenance(
              OfflineCatalog.of(options.warehouse(), options.catalogProperties(), pipeline.name()),
              new TableMaintenance.Keep(options.keepSnapshots(), options.keepOrphans()),
              InstantSource.system(),
              System.out::println);
      if (options.every().isEmpty()) {
        return maintenance.run() ? 0 : 1;
      }
      while (true) {
        Thread.sleep(options.every().get().toMillis());
        maintenance.run();
      }
    } catch (PipelineException e) {
      System.out.println(e.getMessage());
      return 2;
    } catch (LeatException e) {
      log.error("No maintenance", e);
      System.out.println(e.getMessage());
      return 1;
    }
  }
}
