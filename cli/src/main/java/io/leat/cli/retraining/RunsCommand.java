package io.leat.cli.retraining;

import picocli.CommandLine.Command;

/** The commands for retraining runs. */
@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Retraining runs: what they did, how good their models are. See docs/reference/retraining.md.",
    subcommands = {ListCommand.class, ShowCommand.class, CompareCommand.class})
public final class RunsCommand {}
