package io.leat.cli.drift;

import picocli.CommandLine.Command;

/** The commands for drift. */
@Command(
    name = "drift",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "What monitors see, and what they would. See docs/reference/drift.md.",
    subcommands = {
      SimulateCommand.class,
    })
public final class DriftCommand {}
