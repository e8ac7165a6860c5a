package io.leat.cli.demo;

import picocli.CommandLine.Command;

/** What shows the platform at work. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Shows the platform at work, on a stack of its own that is gone afterwards. See"
            + " docs/reference/demo.md.",
    subcommands = {DriftDemoCommand.class})
public final class DemoCommand {}
