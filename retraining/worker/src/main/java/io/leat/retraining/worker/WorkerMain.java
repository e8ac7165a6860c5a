package io.leat.retraining.worker;

import io.leat.common.LeatException;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.RunningService;
import io.leat.runtime.ServiceMain;
import io.leat.runtime.settings.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the retraining worker as a process of its own until it is told to stop. */
@Command(
    name = "retraining-worker",
    mixinStandardHelpOptions = true,
    description = "Works retraining requests off: training set, model, gates, version, rollout.")
public final class WorkerMain implements ServiceMain, Callable<Integer> {
  @Mixin private WorkerOptions options = new WorkerOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(Settings.commandLine(new WorkerMain()).execute(arguments));
  }

  @Override
  public RunningService start(String... flags) throws PipelineException {
    return RetrainingWorker.start(Settings.parse(new WorkerOptions(), flags));
  }

  @Override
  public Integer call() {
    try {
      return RunningService.await(RetrainingWorker.start(options), "retraining-worker");
    } catch (PipelineException e) {
      tell(e);
      return 2;
    } catch (LeatException e) {
      tell(e);
      return 1;
    }
  }

  private void tell(Throwable problem) {
    spec.commandLine()
        .getErr()
        .println(problem.getMessage() == null ? problem : problem.getMessage());
  }
}
