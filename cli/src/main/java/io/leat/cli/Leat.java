package io.leat.cli;

import io.leat.cli.audit.AuditCommand;
import io.leat.cli.backtest.BacktestCommand;
import io.leat.cli.define.ApplyCommand;
import io.leat.cli.define.PlanCommand;
import io.leat.cli.define.ValidateCommand;
import io.leat.cli.demo.DemoCommand;
import io.leat.cli.dlq.DlqCommand;
import io.leat.cli.drift.DriftCommand;
import io.leat.cli.init.InitCommand;
import io.leat.cli.maintain.MaintainCommand;
import io.leat.cli.model.ModelCommand;
import io.leat.cli.offline.BackfillCommand;
import io.leat.cli.offline.ScoreCommand;
import io.leat.cli.offline.TrainingSetCommand;
import io.leat.cli.offline.VerifyConsistencyCommand;
import io.leat.cli.profile.ProfileCommand;
import io.leat.cli.promote.PromoteViewCommand;
import io.leat.cli.replay.ReplayCommand;
import io.leat.cli.replay.ReplayScoresCommand;
import io.leat.cli.retraining.RetrainingCommand;
import io.leat.cli.retraining.RunsCommand;
import io.leat.cli.tail.AlertsCommand;
import io.leat.cli.tail.RequestsCommand;
import io.leat.cli.tail.TailCommand;
import io.leat.cli.train.TrainCommand;
import io.leat.cli.up.DownCommand;
import io.leat.cli.up.StatusCommand;
import io.leat.cli.up.UpCommand;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.settings.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The {@code leat} command. Exit codes: 0 done, 1 failed or refused, 2 wrong arguments or a wrong
 * pipeline, 3 (of {@code replay} and {@code dlq replay}) done but for rows or dead letters that do
 * not fit, (of {@code verify-consistency} and {@code replay-scores}) done, and something is not the
 * same.
 */
@Command(
    name = "leat",
    mixinStandardHelpOptions = true,
    versionProvider = Leat.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Leads event streams to models: contracts, features, scores, drift, retraining.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed or refused",
      "2:wrong arguments or a wrong pipeline",
      "3:replay, dlq replay: done, but for rows or dead letters that do not fit;"
          + " verify-consistency, replay-scores: done, and something is not the same"
    },
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      InitCommand.class,
      ValidateCommand.class,
      PlanCommand.class,
      ApplyCommand.class,
      PromoteViewCommand.class,
      ModelCommand.class,
      ReplayCommand.class,
      ReplayScoresCommand.class,
      BacktestCommand.class,
      ScoreCommand.class,
      DlqCommand.class,
      MaintainCommand.class,
      TrainingSetCommand.class,
      VerifyConsistencyCommand.class,
      BackfillCommand.class,
      TrainCommand.class,
      TailCommand.class,
      AlertsCommand.class,
      RequestsCommand.class,
      RetrainingCommand.class,
      RunsCommand.class,
      AuditCommand.class,
      ProfileCommand.class,
      DriftCommand.class,
      DemoCommand.class,
    })
public final class Leat {
  private static final Logger log = LoggerFactory.getLogger(Leat.class);

  private Leat() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Settings.commandLine(new Leat())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new WrongArguments())
        .setExecutionExceptionHandler(
            (error, line, parsed) -> {
              log.debug("failed", error);
              if (error instanceof PipelineException pipeline) {
                pipeline.problems().forEach(line.getErr()::println);
                return 2;
              }
              if (error instanceof LeatException mendable) {
                line.getErr().println(mendable.getMessage() + " [" + mendable.code() + "]");
              } else {
                line.getErr().println("Leat failed, and should not have:");
                error.printStackTrace(line.getErr());
              }
              return 1;
            });
  }

  /** The version of the jar that this class came out of, which is the project's. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Leat.class.getPackage().getImplementationVersion();
      return new String[] {"leat " + (version == null ? "(not packaged)" : version)};
    }
  }
}
