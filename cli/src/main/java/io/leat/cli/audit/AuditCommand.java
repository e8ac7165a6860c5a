package io.leat.cli.audit;

import picocli.CommandLine.Command;

/** The commands for the audit. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Who changed what: definitions, promotions, models, dead letters that were replayed. See"
            + " docs/reference/audit.md.",
    subcommands = {
      ListCommand.class,
      VerifyCommand.class,
    })
public final class AuditCommand {}
