package io.leat.cli.retraining;

import picocli.CommandLine.Command;

/** The commands for retraining. */
@Command(
    name = "retraining",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Retraining by hand, and on the past. See docs/reference/retraining.md.",
    subcommands = {RunCommand.class, BacktestPolicyCommand.class})
public final class RetrainingCommand {}
