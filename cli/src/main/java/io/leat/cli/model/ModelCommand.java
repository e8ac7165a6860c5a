package io.leat.cli.model;

import picocli.CommandLine.Command;

/** The commands for models. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Versions of models: published, approved, promoted, rolled back. See"
            + " docs/reference/models.md.",
    subcommands = {
      PublishCommand.class,
      ListCommand.class,
      ShowCommand.class,
      DiffCommand.class,
      VerifyCommand.class,
      HistoryCommand.class,
      ExportCommand.class,
      TagCommand.class,
      AliasCommand.class,
      JudgeCommand.Propose.class,
      JudgeCommand.Approve.class,
      JudgeCommand.Reject.class,
      JudgeCommand.Retire.class,
      JudgeCommand.Delete.class,
      PromoteCommand.class,
      SplitCommand.class,
      RollBackCommand.class,
    })
public final class ModelCommand {}
