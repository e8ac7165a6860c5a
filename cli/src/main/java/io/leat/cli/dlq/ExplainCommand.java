package io.leat.cli.dlq;

import io.leat.deadletters.DeadLetterLog;
import io.leat.deadletters.DeadLetterPosition;
import io.leat.deadletters.DeadLetterRecord;
import io.leat.deadletters.DeadLetterText;
import io.leat.pipeline.definition.PipelineException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says why an event was refused and what to do. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Says of a dead letter what was found, what was expected, what to do, and whether today's"
            + " contract would accept it.")
final class ExplainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EVENT", description = "Name of the event.")
  private String event = "";

  @Parameters(
      index = "1",
      paramLabel = "P/O",
      converter = FilterOptions.PositionConverter.class,
      description = "Position of the dead letter: partition/offset.")
  private DeadLetterPosition position = new DeadLetterPosition(0, 0);

  @Mixin private ContractOptions contract = new ContractOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    PrintWriter out = spec.commandLine().getOut();
    try (DeadLetterLog deadLetters = new DeadLetterLog(contract.platform().kafka(), event)) {
      DeadLetterRecord deadLetter = deadLetters.at(position);
      new DeadLetterText(contract.contract(event), contract.platform().registry(), false)
          .explain(event, deadLetter)
          .forEach(out::println);
    }
    out.flush();
    return 0;
  }
}
