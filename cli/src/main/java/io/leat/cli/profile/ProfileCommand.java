package io.leat.cli.profile;

import picocli.CommandLine.Command;

/** The commands for reference profiles. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "What a model's training data were like: its reference profile, a file beside the model. See"
            + " docs/reference/drift.md.",
    subcommands = {
      ShowCommand.class,
      DiffCommand.class,
      MergeCommand.class,
    })
public final class ProfileCommand {}
