package io.leat.cli.drift;

import picocli.CommandLine.Command;

/** The commands for drift. */
@Command(
    name = "drift",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "What monitors see, what they would, and what is said of it. See docs/reference/drift.md and"
            + " docs/reference/notifications.md.",
    subcommands = {
      ListCommand.class,
      ShowCommand.class,
      ExplainCommand.class,
      AckCommand.class,
      SilenceCommand.class,
      SimulateCommand.class,
    })
public final class DriftCommand {}
