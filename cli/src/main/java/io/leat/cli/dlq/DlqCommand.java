package io.leat.cli.dlq;

import picocli.CommandLine.Command;

/** The commands for dead letters. */
@Command(
    name = "dlq",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Dead letters of an event: what was refused and why, and how it comes into the stream after"
            + " all. See docs/reference/dead-letters.md.",
    subcommands = {
      ListCommand.class,
      StatsCommand.class,
      ShowCommand.class,
      ExplainCommand.class,
      ReplayDeadLettersCommand.class,
    })
public final class DlqCommand {}
