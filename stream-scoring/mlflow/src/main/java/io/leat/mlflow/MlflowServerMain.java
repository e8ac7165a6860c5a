package io.leat.mlflow;

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

/** Runs the MLflow registry as a process of its own until it is told to stop. */
@Command(
    name = "mlflow",
    mixinStandardHelpOptions = true,
    description = "The model registry as MLflow's clients ask for it.")
public final class MlflowServerMain implements ServiceMain, Callable<Integer> {
  @Mixin private MlflowServerOptions options = new MlflowServerOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(Settings.commandLine(new MlflowServerMain()).execute(arguments));
  }

  @Override
  public RunningService start(String... flags) throws PipelineException {
    return MlflowServer.start(Settings.parse(new MlflowServerOptions(), flags));
  }

  @Override
  public Integer call() {
    try {
      return RunningService.await(MlflowServer.start(options), "mlflow");
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
